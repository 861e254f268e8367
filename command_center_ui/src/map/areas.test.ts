import { expect, test } from "vitest";
import { addressOf, boxOf, covers, onGrid, wantedAreas } from "./areas";

const BOX = [110.412, -7.013, 110.437, -6.991] as const;

test("a view of the whole city asks for districts and sectors, not for RT", () => {
  expect(wantedAreas({ box: BOX, zoom: 10 }).map((one) => one.level)).toEqual(["city", "district", "sector"]);
});

test("a near view asks for RT, and only around what is seen", () => {
  const rt = wantedAreas({ box: BOX, zoom: 15 }).find((one) => one.level === "rt");
  expect(rt?.box).toEqual([110.4, -7.05, 110.45, -6.95]);
});

test("views on the same grid cell have the same address", () => {
  expect(onGrid([110.42, -7.01, 110.43, -6.99])).toEqual(onGrid([110.41, -7.02, 110.44, -6.96]));
  expect(addressOf({ level: "rt", box: [110.4, -7.05, 110.45, -6.95] })).toBe(
    "/v1/areas?level=rt&bbox=110.4,-7.05,110.45,-6.95",
  );
  expect(addressOf({ level: "sector", box: null })).toBe("/v1/areas?level=sector");
  expect(addressOf({ level: "village", box: null, sector: "PS/1 & 2" })).toBe(
    "/v1/areas?level=village&sector=PS%2F1%20%26%202",
  );
});

test("what is loaded covers what lies inside it, and no more", () => {
  const loaded = { level: "rt" as const, box: [110.4, -7.05, 110.45, -6.95] as const };
  expect(covers(loaded, { level: "rt", box: [110.4, -7.0, 110.45, -6.95] })).toBe(true);
  expect(covers(loaded, { level: "rt", box: [110.35, -7.0, 110.45, -6.95] })).toBe(false);
  expect(covers(undefined, { level: "rt", box: BOX })).toBe(false);
});

test("the box of the city holds all of its parts", () => {
  const ring = [
    [
      [1, 2],
      [5, 2],
      [5, 9],
      [1, 2],
    ],
  ];
  const properties = { code: "a", name: "A", level: "city" as const };
  const areas = {
    type: "FeatureCollection" as const,
    features: [
      { type: "Feature" as const, properties, geometry: { type: "Polygon" as const, coordinates: ring } },
      {
        type: "Feature" as const,
        properties,
        geometry: {
          type: "MultiPolygon" as const,
          coordinates: [
            [
              [
                [0, 3],
                [2, 3],
                [2, 4],
                [0, 3],
              ],
            ],
          ],
        },
      },
    ],
  };
  expect(boxOf(areas)).toEqual([0, 2, 5, 9]);
  expect(boxOf({ type: "FeatureCollection", features: [] })).toBeNull();
});
