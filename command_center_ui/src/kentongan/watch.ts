/* Which beat to strike up as the neighbourhood's news comes and goes. Pure, but for what it remembers.
   Always holds: each incident is beaten once, and never again after its representative has answered. */
import type { Incident } from "../wire";
import { ALARM_S, type BeatName, alarmBeat } from "./beats";

/** Who opens the page later than this sees the news, and needs no alarm for it any more. */
const FRESH_MS = 120_000;

export interface Order {
  readonly incidentId: string;
  readonly beat: BeatName;
}

export class Watch {
  #beaten = new Set<string>();
  #sounding: { readonly id: string; readonly untilMs: number } | null = null;

  isSounding(nowMs: number): boolean {
    return this.#sounding !== null && nowMs < this.#sounding.untilMs;
  }

  /** What to strike up now: the newest that is fresh, unanswered and not beaten yet, once the last has ended. */
  next(incidents: readonly Incident[], answered: ReadonlySet<string>, nowMs: number): Order | null {
    if (this.isSounding(nowMs)) return null;
    const due = incidents
      .filter((one) => !this.#beaten.has(one.id) && !answered.has(one.id))
      .filter((one) => nowMs - Date.parse(one.opened_at) < FRESH_MS)
      .sort((a, b) => Date.parse(b.opened_at) - Date.parse(a.opened_at));
    for (const incident of due) {
      const beat = alarmBeat(incident);
      if (beat !== null) return { incidentId: incident.id, beat };
    }
    return null;
  }

  /** The order was heard; one that the browser held back is due again. */
  heard(order: Order, nowMs: number): void {
    this.#beaten.add(order.incidentId);
    this.#sounding = { id: order.incidentId, untilMs: nowMs + ALARM_S * 1000 };
  }

  /** Whether what sounds must stop: it was answered, is over, or must no longer be heard. */
  mustHush(incidents: readonly Incident[], answered: ReadonlySet<string>): boolean {
    if (this.#sounding === null) return false;
    const { id } = this.#sounding;
    const incident = incidents.find((one) => one.id === id);
    const goesOn = incident !== undefined && alarmBeat(incident) !== null && !answered.has(incident.id);
    if (!goesOn) this.#sounding = null;
    return !goesOn;
  }
}
