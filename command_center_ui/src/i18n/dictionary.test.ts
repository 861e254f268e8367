import { expect, test } from "vitest";
import { DISPOSITIONS, KINDS, OFFICER_STATUSES } from "../wire";
import { dictionary, isWord, translate } from "./dictionary";

const entries = Object.entries(dictionary);

function holes(text: string): string[] {
  return [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? "").sort();
}

const files: Record<string, string> = import.meta.glob("../**/*.{ts,svelte}", {
  query: "?raw",
  import: "default",
  eager: true,
});

function sourceText(): string {
  const code = Object.entries(files).filter(([path]) => !path.includes("/words/") && !path.endsWith(".test.ts"));
  return code.map(([, text]) => text).join("\n");
}

test("every word is there in both languages", () => {
  const empty = entries.filter(([, [indonesian, english]]) => indonesian.trim() === "" || english.trim() === "");
  expect(empty).toEqual([]);
});

test("both languages have the same places for values", () => {
  for (const [word, [indonesian, english]] of entries)
    expect([word, holes(indonesian)]).toEqual([word, holes(english)]);
});

test("values are put in, and a value that is missing stays visible", () => {
  expect(translate("en", "live.stale_banner", { age: "0:12" })).toContain("for 0:12.");
  expect(translate("en", "live.stale_banner")).toContain("{age}");
});

test("every kind, disposition and status of the wire has a word", () => {
  const words = [
    ...KINDS.map((kind) => `kind.${kind}`),
    ...DISPOSITIONS.map((disposition) => `disposition.${disposition}`),
    ...OFFICER_STATUSES.map((status) => `officer_status.${status}`),
  ];
  expect(words.filter((word) => !isWord(word))).toEqual([]);
});

test("no word is left that no screen says", () => {
  const code = sourceText();
  const spoken = ([word]: [string, unknown]) =>
    code.includes(`"${word}"`) || code.includes(`\`${word.slice(0, word.lastIndexOf(".") + 1)}\${`);
  expect(entries.filter((entry) => !spoken(entry)).map(([word]) => word)).toEqual([]);
});
