/* Words of the resident's page, for somebody who is frightened. Every entry is [Indonesian, English]. */
export const resident = {
  "resident.title": ["Tombol Darurat", "Emergency button"],
  "resident.press": ["Tekan dan tahan", "Press and hold"],
  "resident.press_more": ["1 detik untuk minta tolong", "for 1 second to call for help"],
  "resident.holding": ["Tahan terus…", "Keep holding…"],
  "resident.button_label": ["Minta tolong: tekan dan tahan satu detik", "Call for help: press and hold for one second"],
  "resident.again": ["Kirim lagi", "Send again"],
  "resident.kind": ["Apa yang terjadi? (boleh dilewati)", "What is happening? (you can skip this)"],
  "resident.silent": ["Tanpa suara", "Silently"],
  "resident.silent_why": ["Petugas datang tanpa menelepon Anda.", "Officers come without calling you."],

  "resident.sending": ["Mengirim…", "Sending…"],
  "resident.sending_more": ["Permintaan tolong sedang dikirim.", "Your call for help is being sent."],
  "resident.queued": ["Belum terkirim", "Not sent yet"],
  "resident.queued_more": [
    "Tidak ada sambungan. Kami mencoba terus. Jangan tutup halaman ini. Kalau bisa, telepon 112 atau 110.",
    "There is no connection. We keep trying. Do not close this page. If you can, call 112 or 110.",
  ],
  "resident.received": ["Sudah diterima", "Received"],
  "resident.received_more": [
    "Pusat komando sudah menerima permintaan Anda. Petugas sedang dicari.",
    "The command center has your call. An officer is being found.",
  ],
  "resident.offered_more": [
    "Petugas terdekat sedang diminta datang ke tempat Anda.",
    "The nearest officers are being asked to come to you.",
  ],
  "resident.coming": ["Petugas menuju Anda", "An officer is coming"],
  "resident.coming_more": ["{name} sedang menuju tempat Anda.", "{name} is on the way to you."],
  "resident.on_scene": ["Petugas sudah tiba", "The officer has arrived"],
  "resident.on_scene_more": ["{name} sudah di tempat Anda.", "{name} is at your place."],
  "resident.cancelled": ["Alarm dibatalkan", "Alarm cancelled"],
  "resident.cancelled_more": [
    "Operator akan menutupnya. Tekan lagi bila Anda butuh bantuan.",
    "An operator will close it. Press again if you need help.",
  ],
  "resident.closed": ["Sudah selesai", "It is over"],
  "resident.closed_more": [
    "Pusat komando menutup laporan ini. Kalau masih ada bahaya, tekan lagi.",
    "The command center has closed this call. If there is still danger, press again.",
  ],
  "resident.done": ["Kembali ke tombol", "Back to the button"],
  "resident.failed": ["Tidak terkirim. Telepon sekarang.", "Not sent. Call now."],
  "resident.failed_401": [
    "Ponsel ini tidak lagi terdaftar, jadi tombol ini tidak bekerja. Telepon 112 atau 110 sekarang.",
    "This phone is no longer registered, so this button does not work. Call 112 or 110 now.",
  ],
  "resident.failed_other": [
    "Server menolak permintaan ini. Telepon 112 atau 110 sekarang.",
    "The server refused this request. Call 112 or 110 now.",
  ],
  "resident.progress_stale": ["Kabar terakhir {age} lalu. Mencoba lagi…", "Last news {age} ago. Trying again…"],

  "resident.eta": ["± {minutes} menit lagi", "about {minutes} min"],
  "resident.eta_soon": ["kurang dari 1 menit lagi", "less than 1 min"],
  "resident.away": ["{distance} dari Anda", "{distance} away"],
  "resident.sent_at": ["Ditekan pukul {time}", "Pressed at {time}"],

  "resident.location_on": ["Lokasi siap (± {metres} m)", "Location ready (± {metres} m)"],
  "resident.location_wait": ["Mencari lokasi…", "Finding your location…"],
  "resident.location_denied": [
    "Lokasi dimatikan. Tombol tetap bekerja, tetapi petugas lebih sulit menemukan Anda.",
    "Location is off. The button still works, but it is harder to find you.",
  ],
  "resident.location_none": [
    "Lokasi belum ditemukan. Tombol tetap bekerja.",
    "Location not found yet. The button still works.",
  ],
  "resident.offline": ["Tidak ada internet", "No internet"],
  "resident.call": ["Telepon {number}", "Call {number}"],
  "resident.call_why": ["Kalau bisa bicara, telepon juga:", "If you can talk, call as well:"],
} as const;
