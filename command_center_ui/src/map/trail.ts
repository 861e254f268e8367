/* Where an incident's phones have been, from the track of its details to what both maps draw. Pure but for the drawing. */
import type { Feature, FeatureCollection } from "geojson";
import type { TrackPoint } from "../wire";
import type { Spot } from "./city";
import type { Colors } from "./colors";
import { type Screen, pixelsPerMetre, toScreen } from "./screen";

export interface Circle extends Spot {
  readonly radiusM: number;
  /** The newest of its phone: where it is now. */
  readonly last: boolean;
}

export interface Trail {
  /** One line for each phone, oldest first. */
  readonly lines: readonly (readonly Spot[])[];
  readonly circles: readonly Circle[];
  readonly dots: readonly Spot[];
}

export const NO_TRAIL: Trail = { lines: [], circles: [], dots: [] };

/** More circles over each other would be one dark spot that says nothing. */
const CIRCLES_MAX = 12;
const CORNERS = 48;
const METRES_PER_DEGREE = 111_320;

export function trailOf(track: readonly TrackPoint[]): Trail {
  if (track.length === 0) return NO_TRAIL;
  const devices = [...new Set(track.map((point) => point.device))];
  const ways = devices.map((device) => inTime(track.filter((point) => point.device === device)));
  return {
    lines: ways.filter((way) => way.length > 1).map((way) => way.map(spotOf)),
    circles: ways.flatMap(circlesOf),
    dots: ways.flat().map(spotOf),
  };
}

/** A position without a time is from the press itself, before all others. */
function inTime(points: readonly TrackPoint[]): TrackPoint[] {
  return [...points].sort((a, b) => timeOf(a) - timeOf(b));
}

function timeOf(point: TrackPoint): number {
  return point.at === null ? 0 : Date.parse(point.at);
}

function spotOf({ lat, lon }: TrackPoint): Spot {
  return { lat, lon };
}

function circlesOf(way: readonly TrackPoint[]): Circle[] {
  const newest = way.at(-1);
  return way
    .slice(-CIRCLES_MAX)
    .flatMap((point) =>
      point.accuracy_m ? [{ ...spotOf(point), radiusM: point.accuracy_m, last: point === newest }] : [],
    );
}

export interface TrailNews {
  readonly count: number;
  readonly at: string | null;
  readonly accuracyM: number | null;
}

/** How many positions there are besides the first, and the newest of all; null while the phone has sent no more. */
export function newsOf(track: readonly TrackPoint[]): TrailNews | null {
  const newest = inTime(track).at(-1);
  if (track.length < 2 || newest === undefined) return null;
  return { count: track.length, at: newest.at, accuracyM: newest.accuracy_m };
}

export function trailFeatures(trail: Trail): FeatureCollection {
  const lines = trail.lines.map((line) =>
    feature("line", { type: "LineString", coordinates: line.map((spot) => [spot.lon, spot.lat]) }),
  );
  const circles = trail.circles.map((circle) =>
    feature("circle", { type: "Polygon", coordinates: [ringOf(circle)] }, { last: circle.last }),
  );
  const dots = trail.dots.map((spot) => feature("dot", { type: "Point", coordinates: [spot.lon, spot.lat] }));
  return { type: "FeatureCollection", features: [...circles, ...lines, ...dots] };
}

function feature(part: string, geometry: Feature["geometry"], more: object = {}): Feature {
  return { type: "Feature", geometry, properties: { part, ...more } };
}

/** Round in metres: a circle in degrees would be an ellipse away from the equator. */
function ringOf({ lat, lon, radiusM }: Circle): [number, number][] {
  const dLat = radiusM / METRES_PER_DEGREE;
  const dLon = dLat / Math.cos((lat * Math.PI) / 180);
  const corner = (index: number): [number, number] => {
    const angle = (2 * Math.PI * (index % CORNERS)) / CORNERS;
    return [lon + dLon * Math.cos(angle), lat + dLat * Math.sin(angle)];
  };
  return Array.from({ length: CORNERS + 1 }, (_, index) => corner(index));
}

/** On the plain canvas. */
export function drawTrail(pen: CanvasRenderingContext2D, screen: Screen, trail: Trail, colors: Colors): void {
  pen.fillStyle = pen.strokeStyle = colors("focus");
  for (const circle of trail.circles) drawCircle(pen, screen, circle);
  pen.lineWidth = 3;
  for (const line of trail.lines) {
    pen.beginPath();
    for (const spot of line) pen.lineTo(toScreen(screen, spot).x, toScreen(screen, spot).y);
    pen.stroke();
  }
  for (const spot of trail.dots) drawDot(pen, screen, spot);
}

function drawCircle(pen: CanvasRenderingContext2D, screen: Screen, circle: Circle): void {
  const { x, y } = toScreen(screen, circle);
  pen.beginPath();
  pen.arc(x, y, circle.radiusM * pixelsPerMetre(screen, circle.lat), 0, Math.PI * 2);
  pen.globalAlpha = circle.last ? 0.16 : 0.06;
  pen.fill();
  pen.globalAlpha = 1;
  if (!circle.last) return;
  pen.lineWidth = 1.5;
  pen.setLineDash([5, 3]);
  pen.stroke();
  pen.setLineDash([]);
}

function drawDot(pen: CanvasRenderingContext2D, screen: Screen, spot: Spot): void {
  const { x, y } = toScreen(screen, spot);
  pen.beginPath();
  pen.arc(x, y, 4, 0, Math.PI * 2);
  pen.fill();
}
