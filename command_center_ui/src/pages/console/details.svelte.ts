/* One incident's history, fetched when it is opened and again whenever the live incident changes. */
import { ApiError, Unreachable, request } from "../../api/http";
import type { IncidentDetail } from "../../wire";

/** A burst of events about one incident asks once in this time. */
const PAUSE_MS = 400;
const RETRY_MS = 3_000;

export class Details {
  detail = $state.raw<IncidentDetail | null>(null);
  failing = $state(false);
  gone = $state(false);

  readonly #id: string;
  #wanted = false;
  #busy = false;
  #stopped = false;

  constructor(id: string) {
    this.#id = id;
  }

  stop(): void {
    this.#stopped = true;
  }

  refresh(): void {
    this.#wanted = true;
    if (!this.#busy) void this.#run();
  }

  async #run(): Promise<void> {
    this.#busy = true;
    while (this.#wanted && !this.#stopped) {
      this.#wanted = false;
      await this.#fetch();
      await new Promise((resolve) => setTimeout(resolve, this.failing ? RETRY_MS : PAUSE_MS));
      this.#wanted ||= this.failing;
    }
    this.#busy = false;
  }

  async #fetch(): Promise<void> {
    try {
      const detail = await request<IncidentDetail>("GET", `/v1/incidents/${encodeURIComponent(this.#id)}`);
      if (!this.#stopped) this.detail = detail;
      this.failing = false;
    } catch (error) {
      if (!(error instanceof ApiError) && !(error instanceof Unreachable)) throw error;
      this.gone = error instanceof ApiError && error.status === 404;
      this.failing = !this.gone;
    }
  }
}
