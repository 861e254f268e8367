/* Which boundaries a view needs, and loading them. The finer a level, the nearer one must look. */
import { ApiError, Unreachable, request } from "../api/http";
import { type Areas, type Box, LEVELS, type Level, type View } from "./city";

/** From which zoom a level is shown. At 13.5 a wide screen holds about half of a city's 10,600 RT. */
export const FROM_ZOOM: Record<Level, number> = { city: 0, district: 0, sector: 0, village: 11, rw: 12.5, rt: 13.5 };

/** Requests end on this grid, in degrees, so that neighbouring views ask for the same address and the cache answers. */
const GRID = 0.05;
/** A map swap or a restart is over in seconds; asking more often would only add load. */
const RETRY_MS = 5_000;

export interface AreaRequest {
  readonly level: Level;
  /** Null asks for all of the level. */
  readonly box: Box | null;
  /** Only what lies wholly in this sector. */
  readonly sector?: string;
}

/** Whole levels while they are few; by box from the village down. */
export function wantedAreas(view: View): AreaRequest[] {
  const shown = LEVELS.filter((level) => view.zoom >= FROM_ZOOM[level]);
  return shown.map((level) => ({ level, box: FROM_ZOOM[level] === 0 ? null : onGrid(view.box) }));
}

export function onGrid([west, south, east, north]: Box): Box {
  const down = (value: number) => round(Math.floor(value / GRID) * GRID);
  const up = (value: number) => round(Math.ceil(value / GRID) * GRID);
  return [down(west), down(south), up(east), up(north)];
}

function round(value: number): number {
  return Number(value.toFixed(2));
}

export function covers(loaded: AreaRequest | undefined, wanted: AreaRequest): boolean {
  if (loaded === undefined) return false;
  if (loaded.box === null) return true;
  if (wanted.box === null) return false;
  const [west, south, east, north] = wanted.box;
  return loaded.box[0] <= west && loaded.box[1] <= south && loaded.box[2] >= east && loaded.box[3] >= north;
}

export function addressOf(wanted: AreaRequest): string {
  const box = wanted.box === null ? "" : `&bbox=${wanted.box.join(",")}`;
  const sector = wanted.sector === undefined ? "" : `&sector=${encodeURIComponent(wanted.sector)}`;
  return `/v1/areas?level=${wanted.level}${box}${sector}`;
}

export function boxOf(areas: Areas): Box | null {
  let box: [number, number, number, number] | null = null;
  for (const feature of areas.features) {
    const rings = feature.geometry.type === "Polygon" ? [feature.geometry.coordinates] : feature.geometry.coordinates;
    for (const [x, y] of rings.flat(2)) {
      if (x === undefined || y === undefined) continue;
      box ??= [x, y, x, y];
      box = [Math.min(box[0], x), Math.min(box[1], y), Math.max(box[2], x), Math.max(box[3], y)];
    }
  }
  return box;
}

export interface AreaOptions {
  readonly token: string | null;
  onAreas(level: Level, areas: Areas): void;
  onTrouble(failing: boolean): void;
}

/** Follows the view and keeps at most one request per level on its way. */
export class AreaLoader {
  #options: AreaOptions;
  #loaded = new Map<Level, AreaRequest>();
  #loading = new Map<Level, AreaRequest>();
  #view: View | null = null;
  #generation = 0;
  #stopped = false;

  constructor(options: AreaOptions) {
    this.#options = options;
  }

  look(view: View): void {
    this.#view = view;
    for (const wanted of wantedAreas(view)) {
      if (covers(this.#loaded.get(wanted.level), wanted) || this.#loading.has(wanted.level)) continue;
      void this.#load(wanted);
    }
  }

  /** After a new version of the map: everything is asked for again, and the ETag spares what did not change. */
  reload(): void {
    this.#generation += 1;
    this.#loaded.clear();
    if (this.#view) this.look(this.#view);
  }

  stop(): void {
    this.#stopped = true;
  }

  async #load(wanted: AreaRequest): Promise<void> {
    const generation = this.#generation;
    this.#loading.set(wanted.level, wanted);
    const areas = await fetchAreas(wanted, this.#options.token);
    if (areas === null) await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    this.#loading.delete(wanted.level);
    if (this.#stopped) return;
    if (areas !== null && generation === this.#generation) this.#take(wanted, areas);
    this.#options.onTrouble(areas === null);
    if (this.#view) this.look(this.#view);
  }

  #take(wanted: AreaRequest, areas: Areas): void {
    this.#loaded.set(wanted.level, wanted);
    this.#options.onAreas(wanted.level, areas);
  }
}

/** Null when it could not be had; the loader asks again. */
async function fetchAreas(wanted: AreaRequest, token: string | null): Promise<Areas | null> {
  try {
    return await request<Areas>("GET", addressOf(wanted), { token, cache: "no-cache", timeoutMs: 20_000 });
  } catch (error) {
    if (error instanceof ApiError || error instanceof Unreachable) return null;
    throw error;
  }
}
