/* When somebody is there, in words that say that it is an estimate. Pure. */
import type { Arrival, UnitKind } from "../wire";
import type { Say } from "./place";

/** Empty where nobody can say: the officer's place is not known, or they are there already. */
export function arrivalText(one: Pick<Arrival, "status" | "eta_s">, say: Say): string {
  if (one.eta_s === null || one.status !== "en_route") return "";
  const minutes = Math.ceil(one.eta_s / 60);
  return minutes <= 1 ? say("arrival.soon") : say("arrival.about", { minutes });
}

/** In the order in which officers choose. */
export const UNITS: readonly UnitKind[] = ["foot", "bicycle", "motorcycle", "car", "ambulance", "fire_engine", "boat"];
