/* The one dictionary of all screens: Indonesian first, English second. A missing word does not compile. */
import { console_ } from "./words/console";
import { drills } from "./words/drills";
import { merging } from "./words/merging";
import { officer } from "./words/officer";
import { report } from "./words/report";
import { resident } from "./words/resident";
import { shared } from "./words/shared";
import { timeline } from "./words/timeline";

export type Lang = "id" | "en";
export type Entry = readonly [indonesian: string, english: string];

export const dictionary = {
  ...shared,
  ...console_,
  ...merging,
  ...drills,
  ...timeline,
  ...resident,
  ...officer,
  ...report,
} satisfies Record<string, Entry>;

export type Word = keyof typeof dictionary;
export type Values = Readonly<Record<string, string | number>>;

export function isWord(key: string): key is Word {
  return Object.hasOwn(dictionary, key);
}

export function translate(lang: Lang, word: Word, values: Values = {}): string {
  const text = dictionary[word][lang === "id" ? 0 : 1];
  return text.replace(/\{(\w+)\}/g, (hole, name: string) => String(values[name] ?? hole));
}
