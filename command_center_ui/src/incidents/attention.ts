/* What needs a person first. Pure: the order of the console's list, and when it has to sound. */
import type { Assignment, Incident, Kind, Offer } from "../wire";
import type { Incidents } from "./fold";

/** From the most to the least in need of the operator. */
export type Attention = "alone" | "asked" | "unclaimed" | "attended" | "done";

const ORDER: Record<Attention, number> = { alone: 0, asked: 1, unclaimed: 2, attended: 3, done: 4 };

/** The order in which the dispatcher gives incidents the next free officer (dispatch/policy.py). */
const URGENCY: Record<Kind, number> = { violence: 0, fire: 1, medical: 1, crime: 2, emergency: 2, disaster: 3 };

export function activeAssignments(incident: Incident): Assignment[] {
  return incident.assignments.filter((one) => one.status !== "clear");
}

export function openOffers(incident: Incident): Offer[] {
  return incident.offers.filter((one) => one.status === "open");
}

/** `alone`: nobody is coming and nobody is asked. `asked`: officers have not answered yet. `unclaimed`: an officer is
    coming, but no operator has taken it. `done`: everybody who was wanted has been there, and it waits to be closed. */
export function attentionOf(incident: Incident): Attention {
  if (activeAssignments(incident).length > 0) return incident.claimed_by ? "attended" : "unclaimed";
  if (openOffers(incident).length > 0) return "asked";
  return isServed(incident) ? "done" : "alone";
}

/** Every place was filled by somebody who went and is free again; whoever was called off has left a place empty. */
function isServed(incident: Incident): boolean {
  const { escalation } = incident;
  return escalation !== null && escalation.filled > 0 && escalation.filled >= escalation.places;
}

/** Most of what the phone has said before was wrong. It labels, and orders among equals; it never hides. */
export function isDoubtful(incident: Incident): boolean {
  return incident.standing?.trust === "doubtful";
}

/** Since when everybody within reach was asked and nobody comes; null while there is hope, or an operator has just acted. */
export function nobodyLeftSince(incident: Incident): string | null {
  return incident.escalation?.nobody_left_since ?? null;
}

/** What is real before every exercise: fifty alarms of an exercise must not hide one. Then most in need first, above all
    whoever has nobody left to come; within that unclaimed before claimed, the more urgent kind, doubtful phones last, and
    who has waited longest. */
export function sortByNeed(incidents: Iterable<Incident>): Incident[] {
  return [...incidents].sort(
    (a, b) =>
      Number(a.drill) - Number(b.drill) ||
      Number(isDeserted(b)) - Number(isDeserted(a)) ||
      ORDER[attentionOf(a)] - ORDER[attentionOf(b)] ||
      Number(a.claimed_by !== null) - Number(b.claimed_by !== null) ||
      URGENCY[a.kind] - URGENCY[b.kind] ||
      Number(isDoubtful(a)) - Number(isDoubtful(b)) ||
      compareText(a.opened_at, b.opened_at) ||
      compareText(a.id, b.id),
  );
}

/** Emergencies alone: what is counted and called out. */
export function realOf(incidents: Incidents): Incident[] {
  return [...incidents.values()].filter((one) => !one.drill);
}

/** Times are RFC 3339 in UTC from one server, so their text order is their order in time. */
function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** Real incidents that have nobody left: while there is one the console sounds. Whatever an operator does with it ends
    that, because the server then takes the mark back for a while. Claiming long ago does not. */
export function deserted(incidents: Incidents): Incident[] {
  return sortByNeed([...incidents.values()].filter(isDeserted));
}

export function mustSound(incidents: Incidents): boolean {
  for (const incident of incidents.values()) if (isDeserted(incident)) return true;
  return false;
}

function isDeserted(incident: Incident): boolean {
  return !incident.drill && nobodyLeftSince(incident) !== null;
}

/** The incidents that are here now and were not before, drills aside. */
export function newlyOpened(before: Incidents, after: Incidents): Incident[] {
  const fresh: Incident[] = [];
  for (const [id, incident] of after) if (!before.has(id) && !incident.drill) fresh.push(incident);
  return fresh;
}
