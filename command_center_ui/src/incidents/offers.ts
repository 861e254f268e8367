/* Whether an offer is on the officer's phone, and why this officer was asked. Pure. */
import { clockText, distanceText, metresBetween } from "../time/age";
import type { Lang, Word } from "../i18n/dictionary";
import type { Escalation, Incident, Offer, Officer } from "../wire";
import type { Say } from "./place";

/** An offer counts only once the phone has said that it came; a silent phone may still say so later. */
export function receiptWord(offer: Offer): Word {
  if (offer.received_at !== null) return "offer.received";
  return offer.silent ? "offer.silent" : "offer.not_received";
}

/** Distance, sector, age of the position and load, as they were when the officer was asked. */
export function whyAsked(offer: Offer, lang: Lang, say: Say): string {
  const parts = [
    offer.distance_m === null ? say("offer.no_distance") : distanceText(offer.distance_m, lang),
    say(offer.own_sector ? "offer.own_sector" : "offer.other_sector"),
    ageOf(offer, say),
    offer.load === 0 ? say("offer.no_load") : say("offer.load", { count: offer.load }),
  ];
  return parts.join(" · ");
}

function ageOf(offer: Offer, say: Say): string {
  if (offer.position_age_s === null) return say("offer.no_position");
  const age = clockText(Math.max(0, Math.floor(offer.position_age_s)));
  return say(offer.position_stale ? "offer.stale_age" : "offer.age", { age });
}

/** How many of the officers wanted are there, and whether the search for the others goes on and where. */
export function searchText(escalation: Escalation, lang: Lang, say: Say): string {
  const { filled, places, radius_m: radius } = escalation;
  const state = say("override.state", { filled, places });
  if (escalation.stopped) return `${state} · ${say("override.stopped")}`;
  // Whoever has all of them looks for nobody.
  if (filled >= places) return state;
  const ring =
    radius === null ? say("override.whole_city") : say("override.ring", { distance: distanceText(radius, lang) });
  return `${state} · ${ring}`;
}

export interface Choice {
  readonly officer: Officer;
  /** Null when where the officer or the incident is is not known. */
  readonly metres: number | null;
}

/** Whom an operator may ask: everybody on duty who is neither asked nor going, the free and near first. */
export function choicesFor(incident: Incident, officers: Iterable<Officer>): Choice[] {
  const taken = new Set([
    ...incident.offers.filter((one) => one.status === "open").map((one) => one.officer.id),
    ...incident.assignments.filter((one) => one.status !== "clear").map((one) => one.officer.id),
  ]);
  const free = [...officers].filter((one) => one.status !== "off_duty" && !taken.has(one.id));
  return free
    .map((officer) => ({ officer, metres: metresTo(incident, officer) }))
    .sort(
      (a, b) =>
        Number(isBusy(a.officer)) - Number(isBusy(b.officer)) ||
        Number(a.officer.stale) - Number(b.officer.stale) ||
        (a.metres ?? Number.MAX_VALUE) - (b.metres ?? Number.MAX_VALUE) ||
        a.officer.name.localeCompare(b.officer.name),
    );
}

/** Who goes to another incident is refused by the server; they stay in the list, last, so that it is seen why. */
export function isBusy(officer: Officer): boolean {
  return officer.status !== "available" && officer.status !== "offered";
}

function metresTo(incident: Incident, officer: Officer): number | null {
  return incident.position && officer.position ? metresBetween(incident.position, officer.position) : null;
}
