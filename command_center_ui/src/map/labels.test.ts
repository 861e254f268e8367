import type { MultiPolygon, Polygon } from "geojson";
import { expect, test } from "vitest";
import type { Areas } from "./city";
import { labelPoints } from "./labels";

function areas(geometry: Polygon | MultiPolygon): Areas {
  const properties = { code: "a", name: "A", level: "village" as const };
  return { type: "FeatureCollection", features: [{ type: "Feature", properties, geometry }] };
}

function square(west: number, south: number, side: number): number[][] {
  const [east, north] = [west + side, south + side];
  return [
    [west, south],
    [east, south],
    [east, north],
    [west, north],
    [west, south],
  ];
}

test("a name stands in the middle of its area", () => {
  const [label] = labelPoints(areas({ type: "Polygon", coordinates: [square(110, -7, 2)] })).features;
  expect(label?.properties.name).toBe("A");
  expect(label?.geometry.coordinates[0]).toBeCloseTo(111, 9);
  expect(label?.geometry.coordinates[1]).toBeCloseTo(-6, 9);
});

test("an area of several parts is named once, on the largest", () => {
  const parts: MultiPolygon = { type: "MultiPolygon", coordinates: [[square(0, 0, 1)], [square(10, 10, 4)]] };
  const labels = labelPoints(areas(parts)).features;
  expect(labels).toHaveLength(1);
  expect(labels[0]?.geometry.coordinates[0]).toBeCloseTo(12, 9);
});

test("an area without extent has no name on the map", () => {
  expect(labelPoints(areas({ type: "Polygon", coordinates: [[[1, 1]]] })).features).toEqual([]);
});
