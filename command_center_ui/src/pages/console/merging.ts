/* Merging, splitting, and undoing either. The answer is the incident to look at next; all else comes as live events. */
import { request } from "../../api/http";
import { type Trouble, troubleOf } from "../../api/say";
import { type Kin, pathOf, undoOf } from "../../incidents/kin";
import type { Incident } from "../../wire";

/** No version is sent: the two ids mean the same whatever has happened to the incidents since. */
export async function mergeInto(incident: Incident, into: string): Promise<string> {
  const goesOn = await request<Incident>("POST", pathOf(incident.id, "merge"), { body: { into } });
  return goesOn.id;
}

export async function splitOff(incident: Incident, body: object): Promise<string> {
  const made = await request<Incident>("POST", pathOf(incident.id, "split"), { body });
  return made.id;
}

export async function undo(incident: Incident, kin: Kin): Promise<string> {
  const step = undoOf(incident, kin);
  const other = await request<Incident>("POST", step.path, { body: step.body });
  return other.id;
}

/** With two incidents "it is closed" would leave open which. */
export function mergingTrouble(error: unknown): Trouble {
  const trouble = troubleOf(error);
  return trouble.code === "incident_closed" ? { ...trouble, word: "error.kin_closed" } : trouble;
}
