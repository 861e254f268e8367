/* Putting incidents together and taking them apart. Every entry is [Indonesian, English]. */
export const merging = {
  "merge.open": ["Gabungkan…", "Merge…"],
  "merge.into": ["Gabungkan ke kejadian mana?", "Merge into which incident?"],
  "merge.none": [
    "Tidak ada kejadian terbuka lain yang bisa digabung dengan ini.",
    "There is no other open incident that this one can be merged into.",
  ],
  "merge.private": [
    "Kekerasan, alarm senyap, dan alarm di bawah paksaan tidak digabung dengan alarm telepon lain.",
    "Violence, silent alarms and alarms under duress are not merged with another phone’s alarm.",
  ],
  "merge.away": ["{distance} dari sini", "{distance} from here"],
  "merge.means": [
    "Kejadian ini ditutup sebagai laporan ganda. {kind} di {place} berlanjut dengan {alarms} alarm dan {officers} petugas dari keduanya. Bisa dibatalkan.",
    "This incident is closed as a duplicate. {kind} at {place} goes on with the alarms ({alarms}) and officers ({officers}) of both. It can be undone.",
  ],
  "merge.by_map": ["Atau pilih kejadiannya di peta.", "Or choose its incident on the map."],
  "merge.show_map": ["Pilih di peta", "Choose on the map"],
  "merge.on_map": ["Pilih di peta: kejadian ini digabung ke mana?", "Choose on the map which incident to merge into."],
  "merge.target": ["Tujuan penggabungan", "Merge into this"],
  "merge.not_that": [
    "Kejadian itu tidak bisa digabung dengan ini. Pilih yang lain.",
    "That incident cannot be merged with this one. Choose another.",
  ],
  "merge.do": ["Gabungkan sekarang", "Merge now"],

  "split.open": ["Pisahkan alarm…", "Split off alarms…"],
  "split.which": ["Alarm mana yang soal lain?", "Which alarms are about something else?"],
  "split.phone": ["telepon {number}", "phone {number}"],
  "split.means": [
    "{out} alarm menjadi kejadian sendiri: petugas diminta dan ketua RT diberi tahu seperti untuk alarm baru. {stay} alarm tetap di sini. Bisa dibatalkan.",
    "Alarms that become an incident of their own: {out}. Officers are asked and the RT is told as for a new alarm. Alarms that stay: {stay}. It can be undone.",
  ],
  "split.some": [
    "Pilih satu atau beberapa alarm; sedikitnya satu harus tetap di sini.",
    "Choose one or more alarms; at least one must stay.",
  ],
  "split.do": ["Pisahkan sekarang", "Split off now"],

  "section.kin": ["Gabungan dan pisahan", "Merged and split"],
  "kin.went_into": ["Kejadian ini digabung ke kejadian lain.", "This incident was merged into another."],
  "kin.took_in": ["Kejadian lain digabung ke sini.", "Another incident was merged into this one."],
  "kin.split_from": [
    "Alarm di sini dipisahkan dari kejadian lain.",
    "The alarms here were split off from another incident.",
  ],
  "kin.split_off": [
    "Sebagian alarm dipisahkan menjadi kejadian lain.",
    "Some alarms were split off into another incident.",
  ],
  "kin.by": ["{name}, {time}", "{name}, {time}"],
  "kin.open": ["Lihat", "Look"],
  "kin.undo.went_into": ["Batalkan penggabungan", "Undo the merge"],
  "kin.undo.took_in": ["Batalkan penggabungan", "Undo the merge"],
  "kin.undo.split_from": ["Kembalikan ke sana", "Put back there"],
  "kin.undo.split_off": ["Kembalikan ke sini", "Put back here"],

  "error.merge_refused": [
    "Kedua kejadian ini harus tetap terpisah: yang satu simulasi, atau kekerasan atau senyap dari telepon lain, atau terlalu banyak petugas.",
    "These two must stay apart: one is a drill, or is violence or silent from another phone, or too many officers go to them.",
  ],
  "error.split_refused": [
    "Alarm itu tidak bisa dipisahkan: mungkin sudah dipisahkan, atau tidak ada yang tersisa di sini.",
    "Those alarms cannot be split off: they may be gone already, or none would stay.",
  ],
  "error.not_merged": ["Penggabungan ini sudah dibatalkan.", "This merge has been undone already."],
  "error.kin_closed": [
    "Salah satu dari keduanya sudah ditutup. Buka kembali dulu, lalu coba lagi.",
    "One of the two is closed. Reopen it first, then try again.",
  ],
} as const;
