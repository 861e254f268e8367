import { expect, test } from "vitest";
import { type Screen, boxAround, boxOnScreen, screenFor, toScreen, toSpot, zoomedAt } from "./screen";

const SCREEN: Screen = { lon: 110.42, lat: -6.98, zoom: 13, width: 800, height: 600 };

test("the middle of the screen is where one looks", () => {
  expect(toScreen(SCREEN, SCREEN)).toEqual({ x: 400, y: 300 });
});

test("a pixel and its place lead back to each other", () => {
  const spot = toSpot(SCREEN, 120, 480);
  const back = toScreen(SCREEN, spot);
  expect(back.x).toBeCloseTo(120, 6);
  expect(back.y).toBeCloseTo(480, 6);
});

test("north is up", () => {
  const box = boxOnScreen(SCREEN);
  expect(box[3]).toBeGreaterThan(box[1]);
  expect(toScreen(SCREEN, { lon: 110.42, lat: -6.9 }).y).toBeLessThan(300);
});

test("a fitted box is wholly on the screen", () => {
  const fitted = screenFor([110.27, -7.11, 110.51, -6.93], SCREEN);
  const box = boxOnScreen(fitted);
  expect(box[0]).toBeLessThan(110.27);
  expect(box[1]).toBeLessThan(-7.11);
  expect(box[2]).toBeGreaterThan(110.51);
  expect(box[3]).toBeGreaterThan(-6.93);
});

test("zooming keeps what is under the pointer", () => {
  const before = toSpot(SCREEN, 600, 100);
  const after = toSpot(zoomedAt(SCREEN, 600, 100, 2), 600, 100);
  expect(after.lon).toBeCloseTo(before.lon, 9);
  expect(after.lat).toBeCloseTo(before.lat, 9);
});

test("a box around places holds all of them and what leads there, also around a single one", () => {
  const [west, south, east, north] = boxAround(
    [
      { lat: -6.98, lon: 110.42 },
      { lat: -6.99, lon: 110.43 },
    ],
    100,
  )!;
  expect([west < 110.42, south < -6.99, east > 110.43, north > -6.98]).toEqual([true, true, true, true]);
  const [left, , right] = boxAround([{ lat: -6.98, lon: 110.42 }], 300)!;
  expect(right - left).toBeCloseTo(0.0054, 4);
  expect(boxAround([], 300)).toBeNull();
});
