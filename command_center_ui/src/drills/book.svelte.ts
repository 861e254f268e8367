/* The exercises that this console may see: asked for when something says that they changed, and now and then. */
import { ApiError, Unreachable, request } from "../api/http";
import { now } from "../time/now.svelte";
import type { Drill } from "../wire";
import { phaseOf } from "./plan";

/** Another console may have planned one that has not begun, of which no live event tells. */
const EVERY_MS = 60_000;

export class DrillBook {
  drills = $state.raw<readonly Drill[]>([]);
  failing = $state(false);
  running = $derived(this.drills.filter((one) => phaseOf(one, now.ms) === "running"));

  #asking = false;
  #again = false;

  start(signal: AbortSignal): void {
    void this.look();
    const timer = setInterval(() => void this.look(), EVERY_MS);
    signal.addEventListener("abort", () => clearInterval(timer));
  }

  async look(): Promise<void> {
    this.#again = this.#asking;
    if (this.#asking) return;
    this.#asking = true;
    try {
      this.drills = (await request<{ items: Drill[] }>("GET", "/v1/drills")).items;
      this.failing = false;
    } catch (error) {
      if (!(error instanceof ApiError) && !(error instanceof Unreachable)) throw error;
      this.failing = true;
    } finally {
      this.#asking = false;
    }
    if (this.#again) void this.look();
  }

  /** Raises ApiError and Unreachable. */
  async plan(body: object): Promise<void> {
    this.#take(await request<Drill>("POST", "/v1/drills", { body }));
  }

  /** Raises ApiError and Unreachable. */
  async end(drill: Drill): Promise<void> {
    this.#take(await request<Drill>("POST", `/v1/drills/${encodeURIComponent(drill.id)}/end`));
  }

  #take(drill: Drill): void {
    this.drills = [drill, ...this.drills.filter((one) => one.id !== drill.id)];
  }
}
