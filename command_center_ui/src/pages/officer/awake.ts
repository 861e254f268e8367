/* Keeps the screen on while on duty, where the phone allows it: a page that sleeps hears no offer. */

export class Awake {
  #lock: WakeLockSentinel | null = null;
  #wanted = false;

  constructor(signal: AbortSignal) {
    // The system takes the lock away whenever the page is hidden.
    document.addEventListener("visibilitychange", () => void this.#hold(), { signal });
    signal.addEventListener("abort", () => this.want(false));
  }

  want(wanted: boolean): void {
    this.#wanted = wanted;
    if (wanted) void this.#hold();
    else void this.#lock?.release();
  }

  async #hold(): Promise<void> {
    if (!this.#wanted || document.visibilityState !== "visible") return;
    this.#lock = (await navigator.wakeLock?.request("screen").catch(() => null)) ?? null;
  }
}
