/* Degrees to pixels and back on a flat screen: web Mercator, as MapLibre draws it, so both maps look alike. Pure. */
import type { Box, Spot } from "./city";

export interface Screen {
  readonly lon: number;
  readonly lat: number;
  readonly zoom: number;
  readonly width: number;
  readonly height: number;
}

/** The world's width at zoom 0 in pixels, MapLibre's convention. */
const WORLD_PX = 512;
const EQUATOR_M = 40_075_017;

function mercatorY(lat: number): number {
  return 0.5 - Math.log(Math.tan(Math.PI / 4 + (lat * Math.PI) / 360)) / (2 * Math.PI);
}

function latitude(y: number): number {
  return (Math.atan(Math.exp((0.5 - y) * 2 * Math.PI)) * 360) / Math.PI - 90;
}

/** As parts of the world's width, from its north-west corner. */
export function toWorld(spot: Spot): { x: number; y: number } {
  return { x: spot.lon / 360 + 0.5, y: mercatorY(spot.lat) };
}

export function pixelsPerWorld(screen: Screen): number {
  return WORLD_PX * 2 ** screen.zoom;
}

export function toScreen(screen: Screen, spot: Spot): { x: number; y: number } {
  const scale = pixelsPerWorld(screen);
  return {
    x: screen.width / 2 + ((spot.lon - screen.lon) / 360) * scale,
    y: screen.height / 2 + (mercatorY(spot.lat) - mercatorY(screen.lat)) * scale,
  };
}

export function toSpot(screen: Screen, x: number, y: number): Spot {
  const scale = pixelsPerWorld(screen);
  return {
    lon: screen.lon + ((x - screen.width / 2) / scale) * 360,
    lat: latitude(mercatorY(screen.lat) + (y - screen.height / 2) / scale),
  };
}

/** How large something is on the screen; Mercator draws it larger away from the equator. */
export function pixelsPerMetre(screen: Screen, lat: number): number {
  return pixelsPerWorld(screen) / (EQUATOR_M * Math.cos((lat * Math.PI) / 180));
}

export function boxOnScreen(screen: Screen): Box {
  const northWest = toSpot(screen, 0, 0);
  const southEast = toSpot(screen, screen.width, screen.height);
  return [northWest.lon, southEast.lat, southEast.lon, northWest.lat];
}

const METRES_PER_DEGREE = 111_320;

/** With so much more on each side; near the equator, where this is used, a degree is as long either way. Null for none. */
export function boxAround(spots: readonly Spot[], marginM: number): Box | null {
  if (spots.length === 0) return null;
  const margin = marginM / METRES_PER_DEGREE;
  const lons = spots.map((spot) => spot.lon);
  const lats = spots.map((spot) => spot.lat);
  return [
    Math.min(...lons) - margin,
    Math.min(...lats) - margin,
    Math.max(...lons) + margin,
    Math.max(...lats) + margin,
  ];
}

/** The screen that holds the box with a margin of a tenth. */
export function screenFor(box: Box, screen: Screen): Screen {
  const [west, south, east, north] = box;
  const tall = (mercatorY(south) - mercatorY(north)) * WORLD_PX;
  const wide = ((east - west) / 360) * WORLD_PX;
  const zoom = Math.log2(0.9 * Math.min(screen.width / Math.max(wide, 1e-9), screen.height / Math.max(tall, 1e-9)));
  const lat = latitude((mercatorY(south) + mercatorY(north)) / 2);
  return { ...screen, lon: (west + east) / 2, lat, zoom };
}

/** Zooms by steps and keeps what is under the pointer where it is. */
export function zoomedAt(screen: Screen, x: number, y: number, steps: number): Screen {
  const spot = toSpot(screen, x, y);
  const zoomed = { ...screen, zoom: screen.zoom + steps };
  const moved = toScreen(zoomed, spot);
  const middle = toSpot(zoomed, zoomed.width / 2 + moved.x - x, zoomed.height / 2 + moved.y - y);
  return { ...zoomed, lon: middle.lon, lat: middle.lat };
}
