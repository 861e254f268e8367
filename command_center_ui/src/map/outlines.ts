/* Boundaries ready to be drawn on a canvas: projected once, and only what is on the screen is traced. Pure. */
import type { Areas, Box } from "./city";
import { type Screen, boxOnScreen, pixelsPerWorld, toWorld } from "./screen";

export interface Outline {
  /** West, north, east, south, as parts of the world's width from its north-west corner. */
  readonly box: Box;
  /** x, y, x, y, … of each ring. */
  readonly rings: readonly Float64Array[];
}

/** Whatever takes lines; a canvas's path does. */
export interface Pen {
  moveTo(x: number, y: number): void;
  lineTo(x: number, y: number): void;
}

/** Corners nearer to the last one than this are left out: nobody would see them. */
const FINEST_PX = 0.7;

export function outlinesOf(areas: Areas): Outline[] {
  return areas.features.map(({ geometry }) => {
    const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
    const rings = polygons.flat().map((ring) =>
      Float64Array.from(
        ring.flatMap(([lon = 0, lat = 0]) => {
          const { x, y } = toWorld({ lon, lat });
          return [x, y];
        }),
      ),
    );
    return { box: boxAroundRings(rings), rings };
  });
}

function boxAroundRings(rings: readonly Float64Array[]): Box {
  let [west, north, east, south] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const ring of rings) {
    for (let at = 0; at < ring.length; at += 2) {
      const [x = 0, y = 0] = [ring[at], ring[at + 1]];
      west = Math.min(west, x);
      east = Math.max(east, x);
      north = Math.min(north, y);
      south = Math.max(south, y);
    }
  }
  return [west, north, east, south];
}

/** Those that are at least in part on the screen, by their boxes. */
export function outlinesOn(screen: Screen, outlines: readonly Outline[]): Outline[] {
  const [west, south, east, north] = boxOnScreen(screen);
  const { x: left, y: top } = toWorld({ lon: west, lat: north });
  const { x: right, y: bottom } = toWorld({ lon: east, lat: south });
  return outlines.filter(({ box }) => box[0] <= right && box[2] >= left && box[1] <= bottom && box[3] >= top);
}

export function traceOutline(pen: Pen, screen: Screen, outline: Outline): void {
  const scale = pixelsPerWorld(screen);
  const middle = toWorld(screen);
  const [right, down] = [screen.width / 2 - middle.x * scale, screen.height / 2 - middle.y * scale];
  for (const ring of outline.rings) {
    let [lastX, lastY] = [Infinity, Infinity];
    for (let at = 0; at < ring.length; at += 2) {
      const x = (ring[at] ?? 0) * scale + right;
      const y = (ring[at + 1] ?? 0) * scale + down;
      const isEnd = at === 0 || at === ring.length - 2;
      if (!isEnd && Math.abs(x - lastX) + Math.abs(y - lastY) < FINEST_PX) continue;
      if (at === 0) pen.moveTo(x, y);
      else pen.lineTo(x, y);
      [lastX, lastY] = [x, y];
    }
  }
}
