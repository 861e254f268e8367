import { expect, test } from "vitest";
import { windowOf } from "./window";

test("only what is seen and a little around it is drawn", () => {
  expect(windowOf(500, 100, 10_000, 800)).toEqual({ first: 96, end: 112 });
});

test("the ends of the list are not overrun", () => {
  expect(windowOf(3, 100, 0, 800)).toEqual({ first: 0, end: 3 });
  expect(windowOf(0, 100, 0, 800)).toEqual({ first: 0, end: 0 });
});

test("a list that has shrunk below the place one had scrolled to still shows its end", () => {
  expect(windowOf(10, 100, 40_000, 800)).toEqual({ first: 6, end: 10 });
});
