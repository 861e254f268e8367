/* The report that is asked for last: an answer that comes after a newer question is dropped. */
import { ApiError, request } from "../api/http";
import { type Trouble, troubleOf } from "../api/say";
import type { ResponseTimes } from "../wire";
import { type Wish, reportPath } from "./table";

/** A year of a large city takes the server a few seconds. */
const PATIENCE_MS = 30_000;

export class Report {
  found = $state.raw<ResponseTimes | null>(null);
  trouble = $state.raw<Trouble | null>(null);
  busy = $state(false);
  #asked = 0;

  async ask(wish: Wish): Promise<void> {
    const mine = ++this.#asked;
    this.busy = true;
    this.trouble = null;
    try {
      const found = await request<ResponseTimes>("GET", reportPath(wish), { timeoutMs: PATIENCE_MS });
      if (mine === this.#asked) this.found = found;
    } catch (error) {
      const trouble = isBadPeriod(error) ? ({ word: "report.bad_period", code: "" } as const) : troubleOf(error);
      if (mine === this.#asked) this.trouble = trouble;
    }
    if (mine === this.#asked) this.busy = false;
  }
}

function isBadPeriod(error: unknown): boolean {
  return error instanceof ApiError && error.code === "query_invalid";
}
