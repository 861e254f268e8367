import { expect, test } from "vitest";
import { clockText, distanceText, metresBetween, secondsSince, secondsUntil } from "./age";

test("an age runs as a clock", () => {
  expect([7, 760, 11_100].map(clockText)).toEqual(["0:07", "12:40", "3:05:00"]);
});

test("a clock that is behind the server shows zero, never a negative age", () => {
  expect(secondsSince("2026-11-22T03:00:10Z", Date.parse("2026-11-22T03:00:00Z"))).toBe(0);
  expect(secondsUntil("2026-11-22T03:00:00Z", Date.parse("2026-11-22T03:00:09Z"))).toBe(0);
});

test("a countdown reaches zero only when the time is up", () => {
  expect(secondsUntil("2026-11-22T03:00:10Z", Date.parse("2026-11-22T03:00:09.900Z"))).toBe(1);
});

test("distances are rounded to what a phone knows", () => {
  expect(distanceText(3, "id")).toBe("10 m");
  expect(distanceText(247, "id")).toBe("250 m");
  expect(distanceText(1284, "id")).toBe("1,3 km");
  expect(distanceText(1284, "en")).toBe("1.3 km");
});

test("a minute of latitude is a nautical mile", () => {
  expect(metresBetween({ lat: -7, lon: 110 }, { lat: -7 + 1 / 60, lon: 110 })).toBeCloseTo(1853, -1);
});
