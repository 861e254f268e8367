/* When the first officer is at each emergency: an estimate, which moves with the officer and is asked for anew. */
import { ApiError, Unreachable, request } from "../../api/http";
import type { Arrival, IncidentDetail } from "../../wire";

type Ask = typeof request;

export class Arrivals {
  /** Incident id → who is there first; missing where nobody can say. */
  first = $state.raw<ReadonlyMap<string, Arrival>>(new Map());

  readonly #token: string;
  readonly #ask: Ask;

  constructor(token: string, ask: Ask = request) {
    this.#token = token;
    this.#ask = ask;
  }

  /** What cannot be asked now is asked the next time; until then nothing is said. */
  async look(ids: readonly string[]): Promise<void> {
    const found = await Promise.all(ids.map(async (id) => [id, await this.#firstAt(id)] as const));
    this.first = new Map(found.flatMap(([id, one]) => (one === null ? [] : [[id, one]])));
  }

  async #firstAt(id: string): Promise<Arrival | null> {
    try {
      const detail = await this.#ask<IncidentDetail>("GET", `/v1/incidents/${encodeURIComponent(id)}`, {
        token: this.#token,
      });
      return soonest(detail.coming ?? []);
    } catch (error) {
      if (error instanceof ApiError || error instanceof Unreachable) return null;
      throw error;
    }
  }
}

export function soonest(coming: readonly Arrival[]): Arrival | null {
  const known = coming.filter((one) => one.eta_s !== null && one.status === "en_route");
  return known.sort((a, b) => (a.eta_s ?? 0) - (b.eta_s ?? 0))[0] ?? null;
}
