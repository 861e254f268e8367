/* A place as people say it: the RT first, then what is around it. Pure. */
import type { Values, Word } from "../i18n/dictionary";
import type { Place } from "../wire";

export type Say = (word: Word, values?: Values) => string;

/** The finest part of the city that is known. */
export function placeTitle(place: Place, say: Say): string {
  const finest = place.rt ?? place.rw ?? place.village ?? place.district ?? place.city;
  if (finest !== null) return finest.name;
  return place.sure === "unlocated" ? say("place.unlocated") : say("place.outside");
}

/** What is around the title: kelurahan and kecamatan, unless the title names them already. */
export function placeAround(place: Place, say: Say): string {
  const title = placeTitle(place, say);
  const parts: string[] = [];
  if (place.village && !title.includes(place.village.name))
    parts.push(say("place.village", { name: place.village.name }));
  if (place.district && title !== place.district.name) parts.push(say("place.district", { name: place.district.name }));
  return parts.join(" · ");
}

/** The same for a line of the list, where whoever works in the city knows its kecamatan by name. */
export function placeBeside(place: Place, say: Say): string {
  const around = placeAround(place, say);
  return place.district
    ? around.replace(say("place.district", { name: place.district.name }), place.district.name)
    : around;
}
