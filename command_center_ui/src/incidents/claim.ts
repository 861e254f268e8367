/* The clock of the 110 rule: an operator claims within seconds, or the supervisor is told. Pure. */
import { clockText, secondsUntil } from "../time/age";
import type { Incident } from "../wire";
import type { Say } from "./place";

/** True when the time to claim is over, and so the supervisors were told. */
export function isOverdue(incident: Incident): boolean {
  return incident.status === "open" && incident.claimed_by === null && (incident.escalation?.level ?? 0) > 0;
}

/** Null once somebody has claimed it. `level` 1 are the sector's supervisors, 2 the city's, 3 and up all of them. */
export function claimLine(incident: Incident, nowMs: number, say: Say): string | null {
  const { escalation } = incident;
  if (incident.status !== "open" || incident.claimed_by !== null || !escalation) return null;
  const { level, supervisors_told: told, claim_due_at: due } = escalation;
  const left = due === null ? null : clockText(secondsUntil(due, nowMs));
  if (level === 0) return left === null ? null : say("claim.due", { time: left });
  if (told === 0) return say("claim.nobody_told");
  if (level > 2) return say(left === null ? "claim.all_told" : "claim.all_told_next", { time: left ?? "" });
  if (level === 2) return say(left === null ? "claim.city_told" : "claim.city_told_next", { time: left ?? "" });
  return left === null ? say("claim.told") : say("claim.told_next", { time: left });
}
