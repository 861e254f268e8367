import { expect, test } from "vitest";
import { at } from "../incidents/sample";
import type { TrackPoint } from "../wire";
import { metresBetween } from "../time/age";
import { pixelsPerMetre, toScreen } from "./screen";
import { newsOf, trailFeatures, trailOf } from "./trail";

function point(device: string, east: number, seconds: number | null, accuracy_m: number | null = 20): TrackPoint {
  return { device, lat: -6.98, lon: 110 + east, accuracy_m, at: seconds === null ? null : at(seconds) };
}

test("a phone's positions are one way in the order of their times, with the press first", () => {
  const trail = trailOf([point("a", 0.3, 30), point("a", 0.1, null), point("a", 0.2, 10)]);
  expect(trail.lines.map((line) => line.map((spot) => spot.lon))).toEqual([[110.1, 110.2, 110.3]]);
  expect(trail.circles.filter((one) => one.last).map((one) => one.lon)).toEqual([110.3]);
});

test("two phones are two ways, and one position is no way", () => {
  const trail = trailOf([point("a", 0, 0), point("b", 1, 1), point("a", 0.1, 2)]);
  expect(trail.lines).toHaveLength(1);
  expect(trail.dots).toHaveLength(3);
  expect(trail.circles.filter((one) => one.last)).toHaveLength(2);
});

test("a position whose accuracy is unknown has no circle, and old circles are left out", () => {
  const many = Array.from({ length: 100 }, (_, index) => point("a", index / 1000, index));
  expect(trailOf([point("a", 0, 0, null)]).circles).toEqual([]);
  const trail = trailOf(many);
  expect(trail.dots).toHaveLength(100);
  expect(trail.circles.length).toBeLessThan(20);
  expect(trail.circles.at(-1)?.lon).toBeCloseTo(110.099);
});

test("a circle is as wide in metres as the accuracy, in every direction", () => {
  const there = { lat: -45, lon: 110 };
  const trail = trailOf([{ ...point("a", 0, 0, 100), ...there }]);
  const [circle] = trailFeatures(trail).features;
  if (circle?.geometry.type !== "Polygon") throw new Error("a polygon");
  const ring = circle.geometry.coordinates[0] ?? [];
  const radii = ring.map(([lon = 0, lat = 0]) => metresBetween(there, { lat, lon }));
  expect(Math.min(...radii)).toBeGreaterThan(99);
  expect(Math.max(...radii)).toBeLessThan(101);
  expect(ring[0]).toEqual(ring.at(-1));
});

test("both maps draw a metre equally large", () => {
  const screen = { lon: 110, lat: -6.98, zoom: 15, width: 800, height: 600 };
  const east = { lat: -6.98, lon: 110.001 };
  const px = toScreen(screen, east).x - 400;
  expect(px / metresBetween({ lat: -6.98, lon: 110 }, east)).toBeCloseTo(pixelsPerMetre(screen, -6.98), 2);
});

test("the newest position is told with its accuracy, and a lone press tells nothing", () => {
  expect(newsOf([point("a", 0, 0)])).toBeNull();
  expect(newsOf([point("a", 0, 40, 9), point("b", 0, 20), point("a", 0, 0)])).toEqual({
    count: 3,
    at: at(40),
    accuracyM: 9,
  });
});
