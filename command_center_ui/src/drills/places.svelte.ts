/* Names of the areas that an exercise can be in, by level; the RT of one kelurahan at a time, for a city has thousands. */
import { ApiError, Unreachable, request } from "../api/http";
import { addressOf, boxOf } from "../map/areas";
import type { Areas, Box, Level } from "../map/city";
import { type ListedArea, byName, rtsOf } from "./plan";

export class Places {
  sectors = $state.raw<readonly ListedArea[]>([]);
  villages = $state.raw<readonly ListedArea[]>([]);
  rts = $state.raw<readonly ListedArea[]>([]);
  failing = $state(false);

  #boxes = new Map<string, Box>();
  #village = "";

  async load(): Promise<void> {
    await this.#ask(async () => {
      const [sectors, villages] = await Promise.all([fetchAreas("sector", null), fetchAreas("village", null)]);
      this.sectors = byName(listed(sectors));
      this.villages = byName(listed(villages));
      for (const feature of villages.features) {
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

function fetchAreas(level: Level, box: Box | null): Promise<Areas> {
  return request<Areas>("GET", addressOf({ level, box }), { cache: "no-cache", timeoutMs: 20_000 });
}

function listed(areas: Areas): ListedArea[] {
  return areas.features.map((one) => one.properties);
}
