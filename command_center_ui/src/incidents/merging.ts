/* What may be put together, and what may be taken apart, as the server decides it (dispatch/merging.py). Pure. */
import { metresBetween } from "../time/age";
import type { AlarmRecord, Incident, Position } from "../wire";
import { activeAssignments } from "./attention";

export interface MergeChoice {
  readonly incident: Incident;
  /** Null when one of the two has no position. */
  readonly metres: number | null;
}

/** Whoever looks for the other half of an emergency looks near; a longer list hides it. */
const CHOICES_MAX = 20;

/** Violence and silence are one phone's alone: whoever it is about may be next to the other. */
export function isPrivate(incident: Incident): boolean {
  return incident.silent || incident.kind === "violence" || (incident.duress ?? false);
}

/** The open incidents that this one can be merged into, nearest first. */
export function mergeChoices(incident: Incident, incidents: Iterable<Incident>): MergeChoice[] {
  return [...incidents]
    .filter((one) => mayMerge(incident, one))
    .map((one) => choiceOf(incident, one))
    .sort((a, b) => away(a) - away(b) || Date.parse(b.incident.opened_at) - Date.parse(a.incident.opened_at))
    .slice(0, CHOICES_MAX);
}

export function mayMerge(incident: Incident, other: Incident): boolean {
  if (isPrivate(incident) || isPrivate(other)) return false;
  return other.id !== incident.id && other.status === "open" && other.drill === incident.drill;
}

export function choiceOf(incident: Incident, other: Incident): MergeChoice {
  return { incident: other, metres: metresTo(incident, other) };
}

/** What a click means: the two halves of one emergency often lie over each other, and the upper one may be this one. */
export function mergeTarget(
  incident: Incident,
  clicked: readonly string[],
  incidents: ReadonlyMap<string, Incident>,
): string | null {
  return (
    clicked.find((id) => {
      const other = incidents.get(id);
      return other !== undefined && mayMerge(incident, other);
    }) ?? null
  );
}

/** Farther away two alarms are hardly about one emergency, and a map that shows them shows nothing near any more. */
const NEAR_M = 1_000;

export function spotsNear(choices: readonly MergeChoice[]): Position[] {
  return choices.flatMap(({ incident, metres }) =>
    incident.position && metres !== null && metres <= NEAR_M ? [incident.position] : [],
  );
}

/** The list as it was, and before it what was chosen on the map from outside it. */
export function withChosen(choices: readonly MergeChoice[], chosen: MergeChoice | null): readonly MergeChoice[] {
  if (chosen === null || choices.some((one) => one.incident.id === chosen.incident.id)) return choices;
  return [chosen, ...choices];
}

/** How many alarms and officers go on under the one incident. */
export function together(one: Incident, other: Incident): { alarms: number; officers: number } {
  return {
    alarms: one.alarm_count + other.alarm_count,
    officers: activeAssignments(one).length + activeAssignments(other).length,
  };
}

export interface Press {
  readonly key: string;
  readonly alarm: AlarmRecord;
  /** The phones of an incident, counted from 1 in the order in which they first pressed. */
  readonly phone: number;
}

export function pressesOf(alarms: readonly AlarmRecord[]): Press[] {
  const phones = [...new Set(alarms.map((one) => one.device))];
  return alarms.map((alarm) => ({ key: keyOf(alarm), alarm, phone: phones.indexOf(alarm.device) + 1 }));
}

/** What the server is to take out. It takes some, never all and never none. */
export function splitBody(alarms: readonly AlarmRecord[], chosen: ReadonlySet<string>): object | null {
  const out = alarms.filter((one) => chosen.has(keyOf(one)));
  if (out.length === 0 || out.length === alarms.length) return null;
  return { alarms: out.map(({ device, id }) => ({ device, id })) };
}

function keyOf(alarm: AlarmRecord): string {
  return `${alarm.device} ${alarm.id}`;
}

function metresTo(one: Incident, other: Incident): number | null {
  return one.position && other.position ? metresBetween(one.position, other.position) : null;
}

function away(choice: MergeChoice): number {
  return choice.metres ?? Number.MAX_VALUE;
}
