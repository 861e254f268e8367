/* Sends an officer's position while they are on duty. */
import { ApiError, Unreachable, request } from "../api/http";
import { NO_BATCH, type Batch, isDue, sending, sent, withFix } from "./batch";
import { Whereabouts } from "./whereabouts.svelte";

const TICK_MS = 1_000;
/** Well within the ten minutes after which a position counts as old, and cheap for the battery. */
const ASK_ANEW_MS = 20_000;

export class Reporter {
  where = new Whereabouts((fix) => {
    this.#fixAt = performance.now();
    this.#batch = withFix(this.#batch, fix);
    this.#tick();
  });
  /** When the server last took a position, on this page's monotonic clock. */
  arrivedAt = $state<number | null>(null);

  #token: string;
  #batch: Batch = NO_BATCH;
  #fixAt = 0;
  #ticker: ReturnType<typeof setInterval> | null = null;

  constructor(token: string) {
    this.#token = token;
  }

  start(): void {
    if (this.#ticker !== null) return;
    this.where.start();
    this.#ticker = setInterval(() => this.#tick(), TICK_MS);
  }

  stop(): void {
    this.where.stop();
    if (this.#ticker !== null) clearInterval(this.#ticker);
    this.#ticker = null;
    this.#batch = NO_BATCH;
    this.arrivedAt = null;
  }

  #tick(): void {
    const now = performance.now();
    if (this.where.state === "known" && now - this.#fixAt >= ASK_ANEW_MS) {
      this.#fixAt = now;
      this.where.refresh();
    }
    if (this.#ticker !== null && isDue(this.#batch, Date.now())) void this.#send();
  }

  async #send(): Promise<void> {
    const positions = this.#batch.waiting;
    this.#batch = sending(this.#batch, Date.now());
    const arrived = await this.#post(positions);
    this.#batch = sent(this.#batch, positions.length, arrived);
    if (arrived) this.arrivedAt = performance.now();
  }

  async #post(positions: unknown): Promise<boolean> {
    try {
      await request("POST", "/v1/me/positions", { token: this.#token, body: { positions } });
      return true;
    } catch (error) {
      if (!(error instanceof ApiError) && !(error instanceof Unreachable)) throw error;
      return false;
    }
  }
}
