/* What the neighbourhood knows and answers. Pure. */
import type { Word } from "../i18n/dictionary";
import type { Incident, Told } from "../wire";

/** How many were told, how many phones have it, and how many people come. */
export function knowing(incident: Incident): { told: number; received: number; coming: number } {
  return {
    told: incident.told.length,
    received: incident.told.filter((one) => one.received_at !== null).length,
    coming: incident.told.filter((one) => one.coming).length,
  };
}

export function answerWord(told: Told): Word {
  if (told.coming !== null) return told.coming ? "neighbours.coming" : "neighbours.not_coming";
  return told.received_at === null ? "neighbours.not_received" : "neighbours.received";
}

/** Nobody in the neighbourhood knows of violence or of a silent alarm, and without a position there is nothing to share. */
export function isShareable(incident: Incident): boolean {
  if (incident.status === "closed" || incident.silent || incident.kind === "violence") return false;
  return incident.told.length > 0 && incident.position !== null;
}
