/* What went wrong with a request, in words for whoever pressed the button. */
import type { Word } from "../i18n/dictionary";
import { ApiError, Unreachable } from "./http";

const BY_CODE: Record<string, Word> = {
  incident_closed: "error.incident_closed",
  claimed_by_another: "error.claimed_by_another",
  neighbourhood_hidden: "error.neighbourhood_hidden",
  not_claimed: "error.not_claimed",
  version_conflict: "error.stale_version",
  offer_taken: "error.offer_taken",
  offer_expired: "error.offer_expired",
  offer_ended: "error.offer_ended",
  officer_engaged: "error.officer_engaged",
  officer_off_duty: "error.officer_off_duty",
  pin_wrong: "error.pin_wrong",
  pins_not_set: "error.pins_not_set",
  pins_alike: "error.pins_alike",
  merge_refused: "error.merge_refused",
  split_refused: "error.split_refused",
  not_merged: "error.not_merged",
  drill_area_unknown: "error.drill_area",
  drill_time_refused: "error.drill_time",
};

export interface Trouble {
  readonly word: Word;
  readonly code: string;
}

/** Raises whatever is neither the network nor the server: that is a fault of the page itself. */
export function troubleOf(error: unknown): Trouble {
  if (error instanceof Unreachable) return { word: "error.unreachable", code: "" };
  if (!(error instanceof ApiError)) throw error;
  return { word: BY_CODE[error.code] ?? byStatus(error.status), code: error.code };
}

function byStatus(status: number): Word {
  if (status === 401 || status === 403) return "error.not_allowed";
  if (status === 404) return "error.gone";
  if (status === 412 || status === 428) return "error.stale_version";
  return status >= 500 || status === 429 ? "error.busy" : "error.other";
}
