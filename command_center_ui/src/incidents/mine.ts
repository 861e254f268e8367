/* What of all incidents concerns one officer: who asks them, and where they are going. Pure. */
import type { Assignment, Incident, Offer } from "../wire";
import type { Incidents } from "./fold";

/** The common reasons why an officer does not go. The server keeps the word, and every screen says it in its language. */
export const DECLINE_REASONS = ["too_far", "busy", "no_vehicle", "unwell"] as const;

export interface MyOffer {
  readonly incident: Incident;
  readonly offer: Offer;
}

export interface MyTask {
  readonly incident: Incident;
  readonly assignment: Assignment;
}

/** Open offers to this officer that have not run out: what is real before exercises, then the one with the least time. */
export function offersTo(officerId: string, incidents: Incidents, nowMs: number): MyOffer[] {
  const found: MyOffer[] = [];
  for (const incident of incidents.values()) {
    for (const offer of incident.offers) {
      const open = offer.status === "open" && Date.parse(offer.expires_at) > nowMs;
      if (open && offer.officer.id === officerId) found.push({ incident, offer });
    }
  }
  return found.sort(
    (a, b) =>
      Number(a.incident.drill) - Number(b.incident.drill) ||
      Date.parse(a.offer.expires_at) - Date.parse(b.offer.expires_at),
  );
}

/** An officer has at most one open task (design.md, engagements). */
export function taskOf(officerId: string, incidents: Incidents): MyTask | null {
  for (const incident of incidents.values()) {
    const assignment = incident.assignments.find((one) => one.officer.id === officerId && one.status !== "clear");
    if (assignment) return { incident, assignment };
  }
  return null;
}
