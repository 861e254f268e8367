/* Words that several pages use. Every entry is [Indonesian, English]. */
export const shared = {
  "app.name": ["Kentongan", "Kentongan"],
  "app.switch_language": ["Switch to English", "Ganti ke Bahasa Indonesia"],
  "app.other_language": ["English", "Indonesia"],
  "app.sign_out": ["Keluar", "Sign out"],
  "app.loading": ["Memuat…", "Loading…"],
  "app.close": ["Tutup", "Close"],

  "kind.emergency": ["Darurat", "Emergency"],
  "kind.crime": ["Kejahatan", "Crime"],
  "kind.violence": ["Kekerasan", "Violence"],
  "kind.medical": ["Medis", "Medical"],
  "kind.fire": ["Kebakaran", "Fire"],
  "kind.disaster": ["Bencana", "Disaster"],

  "mark.silent": ["Senyap", "Silent"],
  "mark.drill": ["Simulasi", "Drill"],

  "officer_status.available": ["Siaga", "Available"],
  "officer_status.offered": ["Ditawari", "Offered"],
  "officer_status.en_route": ["Menuju TKP", "On the way"],
  "officer_status.on_scene": ["Di TKP", "On scene"],
  "officer_status.unavailable": ["Tidak Tersedia", "Unavailable"],
  "officer_status.off_duty": ["Lepas Tugas", "Off duty"],

  "assignment_status.en_route": ["Menuju TKP", "On the way"],
  "assignment_status.on_scene": ["Di TKP", "On scene"],
  "assignment_status.clear": ["Selesai", "Done"],

  "place.rt": ["RT", "RT"],
  "place.village": ["Kel. {name}", "Kel. {name}"],
  "place.district": ["Kec. {name}", "Kec. {name}"],
  "place.near": ["{distance} dari {name}", "{distance} from {name}"],
  "place.outside": ["Di luar peta kota", "Outside the city's map"],
  "place.unlocated": ["Lokasi tidak diketahui", "Location unknown"],
  "place.sure.inside": ["Lokasi pasti", "Location certain"],
  "place.sure.uncertain": ["Bisa juga di RT sebelah", "Could be a neighbouring RT"],
  "place.sure.near": ["Dekat batas peta", "Near the edge of the map"],
  "place.sure.outside": ["Di luar peta kota", "Outside the city's map"],
  "place.sure.unlocated": ["Tanpa lokasi", "No location"],

  "live.connecting": ["Menyambung…", "Connecting…"],
  "live.live": ["Tersambung", "Connected"],
  "live.waiting": ["Terputus, menyambung lagi…", "Disconnected, reconnecting…"],
  "live.stale": ["Data berhenti", "Data has stopped"],
  "live.refused": ["Tidak berhak, masuk lagi", "No access, sign in again"],
  "live.stale_banner": [
    "Tidak ada data baru sejak {age}. Yang terlihat mungkin sudah tidak benar. Menyambung lagi…",
    "No new data for {age}. What you see may no longer be true. Reconnecting…",
  ],
  "live.never_banner": ["Belum tersambung ke server. Mencoba terus…", "Not connected to the server yet. Still trying…"],

  "sign_in.title": ["Anda belum masuk", "You are not signed in"],
  "sign_in.how": [
    "Halaman ini dibuka lewat tautan pribadi yang berlaku satu kali. Mintalah tautan baru kepada petugas pusat komando, lalu buka di perangkat ini.",
    "This page opens through a personal link that works once. Ask the command center for a new link, and open it on this device.",
  ],
  "sign_in.bad_code": ["Tautan ini sudah dipakai atau sudah kedaluwarsa.", "This link has been used or has expired."],
  "sign_in.unreachable": [
    "Server tidak dapat dihubungi. Tautan Anda belum terpakai.",
    "The server cannot be reached. Your link has not been used.",
  ],
  "sign_in.again": ["Coba lagi", "Try again"],
  "sign_in.working": ["Sedang masuk…", "Signing in…"],
  "sign_in.emergency": ["Dalam bahaya sekarang?", "In danger now?"],
  "sign_in.go_to": ["Tautan itu untuk halaman lain: {page}", "That link is for another page: {page}"],

  "error.unreachable": ["Tidak ada sambungan. Coba lagi.", "No connection. Try again."],
  "error.not_allowed": ["Anda tidak berhak melakukan ini.", "You are not allowed to do this."],
  "error.busy": ["Server sedang kesulitan. Coba lagi sebentar.", "The server is in trouble. Try again in a moment."],
  "error.stale_version": [
    "Kejadian ini baru saja berubah. Periksa, lalu coba lagi.",
    "This incident has just changed. Look again, then retry.",
  ],
  "error.gone": ["Sudah tidak ada.", "It no longer exists."],
  "error.other": ["Tidak berhasil ({code}).", "That did not work ({code})."],
} as const;
