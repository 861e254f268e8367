/* What this representative has answered, and how the incidents ended that were on the page. */
import { ApiError, Unreachable, request } from "../../api/http";
import { type Trouble, troubleOf } from "../../api/say";
import type { Incident, IncidentDetail, NewsReceipt } from "../../wire";

const RETRY_MS = 3_000;
/** Beyond this many the oldest endings leave the page by themselves. */
const ENDINGS_KEPT = 5;

type Ask = typeof request;

export class News {
  /** Incident id → whether the representative comes; missing while they have not said. */
  answers = $state.raw<ReadonlyMap<string, boolean>>(new Map());
  /** Closed incidents, the newest first, until they are put away. */
  endings = $state.raw<readonly Incident[]>([]);
  trouble = $state.raw<Trouble | null>(null);

  readonly #token: string;
  readonly #ask: Ask;
  readonly #onAllClear: (incident: Incident) => void;
  #open = new Set<string>();
  #stopped = false;

  constructor(token: string, onAllClear: (incident: Incident) => void, ask: Ask = request) {
    this.#token = token;
    this.#onAllClear = onAllClear;
    this.#ask = ask;
  }

  stop(): void {
    this.#stopped = true;
  }

  /** What the server knows of an answer, for instance from before the page was opened again. */
  learn(receipt: NewsReceipt): void {
    if (receipt.coming === null) return;
    this.answers = new Map(this.answers).set(receipt.incident_id, receipt.coming);
  }

  async answer(incident: Incident, coming: boolean): Promise<void> {
    this.trouble = null;
    try {
      this.learn(await this.#ask<NewsReceipt>("POST", `${path(incident.id)}/acknowledge`, this.#with({ coming })));
    } catch (error) {
      this.trouble = troubleOf(error);
    }
  }

  /** The incidents that are open now. One that has left was closed, or must no longer be seen: the server says which. */
  async follow(open: Iterable<string>): Promise<void> {
    const now = new Set(open);
    const left = [...this.#open].filter((id) => !now.has(id));
    this.#open = now;
    if (this.endings.some((one) => now.has(one.id))) this.endings = this.endings.filter((one) => !now.has(one.id));
    await Promise.all(left.map((id) => this.#end(id)));
  }

  putAway(incident: Incident): void {
    this.endings = this.endings.filter((one) => one.id !== incident.id);
  }

  async #end(id: string): Promise<void> {
    const incident = await this.#fetch(id);
    if (incident === null || incident.status !== "closed" || this.#open.has(id)) return;
    this.endings = [incident, ...this.endings.filter((one) => one.id !== id)].slice(0, ENDINGS_KEPT);
    this.#onAllClear(incident);
  }

  /** Null for what this representative may no longer see. */
  async #fetch(id: string): Promise<Incident | null> {
    while (!this.#stopped) {
      try {
        return (await this.#ask<IncidentDetail>("GET", path(id), this.#with())).incident;
      } catch (error) {
        const passes = error instanceof Unreachable || (error instanceof ApiError && error.passes);
        if (!passes && !(error instanceof ApiError)) throw error;
        if (!passes) return null;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
    return null;
  }

  #with(body?: unknown): { token: string; body?: unknown } {
    return body === undefined ? { token: this.#token } : { token: this.#token, body };
  }
}

function path(id: string): string {
  return `/v1/incidents/${encodeURIComponent(id)}`;
}
