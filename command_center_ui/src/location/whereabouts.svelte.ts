/* Where this phone is, as far as it says. Nothing ever waits for it. */
import type { Position } from "../wire";

export type LocationState = "waiting" | "known" | "denied" | "missing";

/** A fix older than this says little about somebody who may have moved (the server marks it stale at two minutes). */
const TOO_OLD_MS = 120_000;

export class Whereabouts {
  state = $state<LocationState>("geolocation" in navigator ? "waiting" : "missing");
  fix = $state.raw<Position | null>(null);

  #onFix: (position: Position) => void;
  #watch: number | null = null;

  constructor(onFix: (position: Position) => void) {
    this.#onFix = onFix;
  }

  start(): void {
    if (!("geolocation" in navigator)) return;
    this.#watch = navigator.geolocation.watchPosition(
      (found) => this.#take(found),
      (error) => this.#fail(error),
      { enableHighAccuracy: true, maximumAge: 30_000, timeout: 20_000 },
    );
  }

  /** Asks anew: a phone that lies still reports nothing by itself, and its last fix would grow old. */
  refresh(): void {
    navigator.geolocation?.getCurrentPosition(
      (found) => this.#take(found),
      (error) => this.#fail(error),
      { enableHighAccuracy: true, maximumAge: 0, timeout: 15_000 },
    );
  }

  stop(): void {
    if (this.#watch !== null) navigator.geolocation.clearWatch(this.#watch);
  }

  /** The last fix while it is fresh enough to be of use; null otherwise. */
  current(nowMs: number): Position | null {
    if (this.fix === null || this.fix.at === null || this.fix.at === undefined) return this.fix;
    return nowMs - Date.parse(this.fix.at) <= TOO_OLD_MS ? this.fix : null;
  }

  #take(found: GeolocationPosition): void {
    this.fix = fixOf(found);
    this.state = "known";
    this.#onFix(this.fix);
  }

  #fail(error: GeolocationPositionError): void {
    if (error.code === error.PERMISSION_DENIED) this.state = "denied";
    else if (this.fix === null) this.state = "missing";
  }
}

export function fixOf(found: GeolocationPosition): Position {
  const { latitude: lat, longitude: lon, accuracy } = found.coords;
  return { lat, lon, accuracy_m: accuracy, at: new Date(found.timestamp).toISOString() };
}
