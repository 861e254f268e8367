import { expect, test } from "vitest";
import { freesSound } from "./touch";

function touching(selector: string): { target: EventTarget } {
  const target = { closest: (wanted: string) => (wanted === selector ? {} : null) };
  return { target: target as unknown as EventTarget };
}

test("any touch frees the sound but that of its own button, which does so by its click", () => {
  expect(freesSound(touching("nav"))).toBe(true);
  expect(freesSound(touching("[data-sound]"))).toBe(false);
});

test("a key that is pressed nowhere in particular frees it as well", () => {
  expect(freesSound({ target: {} as EventTarget })).toBe(true);
  expect(freesSound({ target: null })).toBe(true);
});
