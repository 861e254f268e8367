/* What operators decide over the escalation's head. Each carries a reason, which stands in the timeline. No version is
   sent: every wish names its officer, offer or number, and so means the same whatever has happened since. */
import { request } from "../../api/http";
import { type Trouble, troubleOf } from "../../api/say";
import type { Word } from "../../i18n/dictionary";
import type { Incident } from "../../wire";

/** The most officers that an incident can want (dispatch/incident.py). */
export const PLACES_MAX = 6;

/** What the form on the screen is about; `offer` and `withdraw` name an officer, `places` and `run` the incident. */
export type Wish =
  | { readonly do: "offer"; readonly officerId: string; readonly insteadOf: string | null }
  | { readonly do: "withdraw"; readonly id: string }
  | { readonly do: "places"; readonly places: number }
  | { readonly do: "run"; readonly running: boolean };

export function override(incident: Incident, wish: Wish, reason: string): Promise<void> {
  const { action, body } = requestOf(wish);
  const path = `/v1/incidents/${encodeURIComponent(incident.id)}/${action}`;
  return request("POST", path, { body: { ...body, reason } });
}

export function requestOf(wish: Wish): { readonly action: string; readonly body: object } {
  switch (wish.do) {
    case "offer":
      return { action: "offers", body: { officer_id: wish.officerId, instead_of: wish.insteadOf } };
    case "withdraw":
      return { action: "withdraw", body: { id: wish.id } };
    case "places":
      return { action: "places", body: { places: wish.places } };
    case "run":
      return { action: "escalation", body: { running: wish.running } };
  }
}

/** To an operator the same refusals are about the chosen officer, not about who reads them. */
const ABOUT_CHOSEN: Record<string, Word> = {
  officer_engaged: "error.chosen_engaged",
  officer_off_duty: "error.chosen_off_duty",
  already_asked: "error.already_asked",
  places_taken: "error.places_taken",
};

export function overrideTrouble(error: unknown): Trouble {
  const trouble = troubleOf(error);
  return { ...trouble, word: ABOUT_CHOSEN[trouble.code] ?? trouble.word };
}
