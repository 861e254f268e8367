/* Names of the areas that an exercise can be in, by level; the RT of one kelurahan at a time, for a city has thousands.
   Whoever answers for some sectors has the kelurahan that lie wholly in them. */
import { ApiError, Unreachable, request } from "../api/http";
import { addressOf, boxOf } from "../map/areas";
import type { Areas, Box, Level } from "../map/city";
import type { Area } from "../wire";
import { type ListedArea, byName, rtsOf } from "./plan";

export class Places {
  sectors = $state.raw<readonly ListedArea[]>([]);
  villages = $state.raw<readonly ListedArea[]>([]);
  rts = $state.raw<readonly ListedArea[]>([]);
  failing = $state(false);

  readonly #own: readonly Area[];
  #boxes = new Map<string, Box>();
  #village = "";

  /** `own` are the sectors that the operator answers for; none means the whole city. */
  constructor(own: readonly Area[]) {
    this.#own = own;
  }

  async load(): Promise<void> {
    await this.#ask(async () => {
      const mine = this.#own.length === 0 ? [undefined] : this.#own.map((one) => one.code);
      const [sectors, ...villages] = await Promise.all([
        fetchAreas("sector", null),
        ...mine.map((sector) => fetchAreas("village", null, sector)),
      ]);
      this.sectors = byName(listed(sectors));
      this.villages = byName(villages.flatMap(listed));
      for (const feature of villages.flatMap((one) => one.features)) {
        const box = boxOf({ type: "FeatureCollection", features: [feature] });
        if (box !== null) this.#boxes.set(feature.properties.code, box);
      }
    });
  }

  async chooseVillage(code: string): Promise<void> {
    this.#village = code;
    this.rts = [];
    const box = this.#boxes.get(code);
    if (box === undefined) return;
    await this.#ask(async () => {
      const [rws, rts] = await Promise.all([fetchAreas("rw", box), fetchAreas("rt", box)]);
      if (this.#village === code) this.rts = rtsOf(code, listed(rws), listed(rts));
    });
  }

  async #ask(asking: () => Promise<void>): Promise<void> {
    try {
      await asking();
      this.failing = false;
    } catch (error) {
      if (!(error instanceof ApiError) && !(error instanceof Unreachable)) throw error;
      this.failing = true;
    }
  }
}

function fetchAreas(level: Level, box: Box | null, sector?: string): Promise<Areas> {
  const wanted = sector === undefined ? { level, box } : { level, box, sector };
  return request<Areas>("GET", addressOf(wanted), { cache: "no-cache", timeoutMs: 20_000 });
}

function listed(areas: Areas): ListedArea[] {
  return areas.features.map((one) => one.properties);
}
