/* The language of this page, kept for the next visit. Indonesian until somebody chooses otherwise. */
import { keep, readKept } from "../api/store";
import { type Lang, type Values, type Word, isWord, translate } from "./dictionary";

const KEY = "kentongan.lang";

class Language {
  current = $state<Lang>(readKept(KEY) === "en" ? "en" : "id");

  switch(): void {
    this.current = this.current === "id" ? "en" : "id";
    keep(KEY, this.current);
    document.documentElement.lang = this.current;
  }
}

export const language = new Language();
document.documentElement.lang = language.current;

export function t(word: Word, values?: Values): string {
  return translate(language.current, word, values);
}

/** For words that come from the server: a word this version does not know is shown through `other`, as it is. */
export function tOr(key: string, other: Word, values?: Values): string {
  return isWord(key) ? t(key, values) : t(other, values);
}
