/* One ticking clock for all ages on a page. */

class Now {
  /** Milliseconds on this device's wall clock, corrected by what the server's heartbeats said. */
  ms = $state(Date.now());
  #aheadMs = 0;

  constructor() {
    setInterval(() => this.#tick(), 1000);
  }

  correct(aheadMs: number): void {
    this.#aheadMs = aheadMs;
  }

  #tick(): void {
    this.ms = Date.now() + this.#aheadMs;
  }
}

export const now = new Now();
