import { expect, test } from "vitest";
import { translate } from "../i18n/dictionary";
import { UNITS, arrivalText } from "./arrival";
import type { Say } from "./place";

const say: Say = (word, values) => translate("en", word, values);

test("the time of arrival is told as an estimate, in whole minutes that never promise too much", () => {
  expect(arrivalText({ status: "en_route", eta_s: 61 }, say)).toBe("estimated in about 2 min");
  expect(arrivalText({ status: "en_route", eta_s: 20 }, say)).toBe("estimated within a minute");
});

test("who is there, or whose place is unknown, has no time of arrival", () => {
  expect(arrivalText({ status: "on_scene", eta_s: 20 }, say)).toBe("");
  expect(arrivalText({ status: "en_route", eta_s: null }, say)).toBe("");
});

test("every unit has a name", () => {
  expect(UNITS.map((unit) => translate("en", `unit.${unit}`))).toContain("Fire engine");
});
