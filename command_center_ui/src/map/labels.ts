/* Where an area's name stands: once, in the middle of its largest part. MapLibre alone would write it in every tile. Pure. */
import type { Feature, FeatureCollection, Point, Position } from "geojson";
import type { Areas } from "./city";

export function labelPoints(areas: Areas): FeatureCollection<Point, { name: string }> {
  const features: Feature<Point, { name: string }>[] = [];
  for (const { geometry, properties } of areas.features) {
    const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
    const middle = middleOf(polygons.map((rings) => rings[0] ?? []));
    if (middle === null) continue;
    const point: Point = { type: "Point", coordinates: middle };
    features.push({ type: "Feature", geometry: point, properties: { name: properties.name } });
  }
  return { type: "FeatureCollection", features };
}

function middleOf(rings: readonly (readonly Position[])[]): Position | null {
  let best: { size: number; middle: Position } | null = null;
  for (const ring of rings) {
    const found = centroid(ring);
    if (best === null || found.size > best.size) best = found;
  }
  return best === null || best.size === 0 ? null : best.middle;
}

/** The centre of mass of a ring, by the shoelace formula, and twice its area. Reckoned from the first corner, since
    differences of degrees lose no digits. */
function centroid(ring: readonly Position[]): { size: number; middle: Position } {
  const [x0 = 0, y0 = 0] = ring[0] ?? [];
  let sum = 0;
  let x = 0;
  let y = 0;
  for (let index = 1; index < ring.length; index += 1) {
    const [ax, ay] = [(ring[index - 1]?.[0] ?? x0) - x0, (ring[index - 1]?.[1] ?? y0) - y0];
    const [bx, by] = [(ring[index]?.[0] ?? x0) - x0, (ring[index]?.[1] ?? y0) - y0];
    const cross = ax * by - bx * ay;
    sum += cross;
    x += (ax + bx) * cross;
    y += (ay + by) * cross;
  }
  return { size: Math.abs(sum), middle: sum === 0 ? [x0, y0] : [x0 + x / (3 * sum), y0 + y / (3 * sum)] };
}
