import { expect, test } from "vitest";
import type { Areas } from "./city";
import { outlinesOf, outlinesOn, traceOutline } from "./outlines";
import { type Screen, toScreen } from "./screen";

const SCREEN: Screen = { lon: 110.42, lat: -6.98, zoom: 15, width: 800, height: 600 };

function square(lon: number, lat: number, side: number): Areas["features"][number] {
  const ring = [
    [lon, lat],
    [lon + side, lat],
    [lon + side, lat + side],
    [lon, lat + side],
    [lon, lat],
  ];
  const properties = { code: "a", name: "A", level: "rt" as const };
  return { type: "Feature", properties, geometry: { type: "Polygon", coordinates: [ring] } };
}

function areas(...features: Areas["features"]): Areas {
  return { type: "FeatureCollection", features };
}

function traced(screen: Screen, one: Areas): [number, number][] {
  const corners: [number, number][] = [];
  const take = (x: number, y: number) => void corners.push([x, y]);
  for (const outline of outlinesOf(one)) traceOutline({ moveTo: take, lineTo: take }, screen, outline);
  return corners;
}

test("a boundary goes through the same pixels as everything else on the map", () => {
  const [first] = traced(SCREEN, areas(square(110.421, -6.981, 0.001)));
  const { x, y } = toScreen(SCREEN, { lon: 110.421, lat: -6.981 });
  expect(first?.[0]).toBeCloseTo(x, 6);
  expect(first?.[1]).toBeCloseTo(y, 6);
});

test("what lies off the screen is not traced, and what covers all of it is", () => {
  const near = square(110.419, -6.981, 0.002);
  const around = square(110, -7.5, 1);
  const outlines = outlinesOf(areas(near, square(110.9, -6.981, 0.002), square(110.419, -6.5, 0.002), around));
  const [first, , , last] = outlines;
  expect(outlinesOn(SCREEN, outlines)).toEqual([first, last]);
});

test("corners that fall on one pixel are left out, and the ring still ends where it began", () => {
  const far: Screen = { ...SCREEN, zoom: 7 };
  const corners = traced(far, areas(square(110.42, -6.98, 0.0001)));
  expect(corners).toHaveLength(2);
  expect(corners[1]).toEqual(corners[0]);
});
