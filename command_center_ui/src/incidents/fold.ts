/* Which incidents this client holds, and how events change them. Pure; docs/live.md has the rule in words. */
import type { Incident, LiveEvent } from "../wire";

export type Incidents = ReadonlyMap<string, Incident>;

export const NO_INCIDENTS: Incidents = new Map();

export function fromSnapshot(incidents: readonly Incident[]): Incidents {
  return new Map(incidents.map((incident) => [incident.id, incident]));
}

/** The map is copied once for all events, so that a burst of thousands costs one copy and not one each. */
export function foldEvents(incidents: Incidents, events: readonly LiveEvent[]): Incidents {
  if (events.length === 0) return incidents;
  const next = new Map(incidents);
  for (const event of events) foldInto(next, event);
  return next;
}

function foldInto(incidents: Map<string, Incident>, event: LiveEvent): void {
  if (event.kind === "incident_hidden") {
    incidents.delete(event.incident_id);
    return;
  }
  const patch = patchOf(event);
  if (patch === null) return;
  const merged = { ...incidents.get(event.incident_id), ...patch, id: event.incident_id } as Incident;
  if (merged.status === "closed") incidents.delete(merged.id);
  else if (isWhole(merged)) incidents.set(merged.id, merged);
}

function patchOf(event: LiveEvent): Partial<Incident> | null {
  const data = event.data as { incident?: Partial<Incident> } | null;
  return data?.incident ?? null;
}

/** A patch of an incident that was never seen whole cannot be shown; only a faulty server sends one. */
function isWhole(incident: Partial<Incident>): boolean {
  return incident.status !== undefined && incident.place !== undefined && incident.opened_at !== undefined;
}

export interface Difference<T> {
  readonly put: readonly T[];
  readonly gone: readonly string[];
}

/** What changed between two maps, by identity: unchanged incidents and officers keep their object. */
export function difference<T>(before: ReadonlyMap<string, T>, after: ReadonlyMap<string, T>): Difference<T> {
  const put: T[] = [];
  const gone: string[] = [];
  for (const [id, value] of after) if (before.get(id) !== value) put.push(value);
  for (const id of before.keys()) if (!after.has(id)) gone.push(id);
  return { put, gone };
}
