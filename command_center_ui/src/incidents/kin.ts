/* Where else this emergency's alarms are: what was merged and split, and how each is undone. Pure; the timeline knows. */
import type { Incident, TimelineEntry } from "../wire";

/** `went_into`: this one was merged into the other. `took_in`: the other was merged into this one. `split_from` and
    `split_off`: some alarms were taken out of the other, or out of this one. */
export type Bond = "went_into" | "took_in" | "split_from" | "split_off";

export interface Kin {
  readonly bond: Bond;
  /** The other incident. */
  readonly id: string;
  readonly at: string;
  /** Null where the phone itself has said so, or the history is cut off. */
  readonly by: string | null;
}

export interface Step {
  readonly path: string;
  readonly body: object;
}

interface Facts {
  readonly operator?: { readonly name: string } | null;
  readonly source_id?: string;
  readonly split_from?: string;
  readonly new_incident?: string;
}

/** Oldest first. What has been undone since is not there. */
export function kinOf(incident: Incident, timeline: readonly TimelineEntry[]): Kin[] {
  const found = new Map<string, Kin>();
  for (const entry of timeline) learn(found, entry);
  if (incident.merged_into === null) return [...found.values()];
  const gone = timeline.findLast((entry) => entry.kind === "merged_into");
  const at = gone?.at ?? incident.opened_at;
  found.set(incident.merged_into, {
    bond: "went_into",
    id: incident.merged_into,
    at,
    by: gone ? nameOf(factsOf(gone)) : null,
  });
  return [...found.values()];
}

function learn(found: Map<string, Kin>, entry: TimelineEntry): void {
  const facts = factsOf(entry);
  const put = (bond: Bond, id: string | undefined) => {
    if (id) found.set(id, { bond, id, at: entry.at, by: nameOf(facts) });
  };
  if (entry.kind === "incident_opened") put("split_from", facts.split_from);
  else if (entry.kind === "incident_merged") put("took_in", facts.source_id);
  else if (entry.kind === "alarms_split_off") put("split_off", facts.new_incident);
  else if (entry.kind === "incident_let_go") found.delete(facts.source_id ?? "");
}

/** Each undoes the other: a merge is undone by a split, a split by a merge. */
export function undoOf(incident: Incident, kin: Kin): Step {
  switch (kin.bond) {
    case "went_into":
      return { path: pathOf(kin.id, "split"), body: { incident_id: incident.id } };
    case "took_in":
      return { path: pathOf(incident.id, "split"), body: { incident_id: kin.id } };
    case "split_from":
      return { path: pathOf(incident.id, "merge"), body: { into: kin.id } };
    case "split_off":
      return { path: pathOf(kin.id, "merge"), body: { into: incident.id } };
  }
}

/** Of a closed incident only its own merge can be undone, which opens it again. */
export function isUndoable(incident: Incident, kin: Kin): boolean {
  return kin.bond === "went_into" || incident.status === "open";
}

export function pathOf(id: string, action: string): string {
  return `/v1/incidents/${encodeURIComponent(id)}/${action}`;
}

function nameOf(facts: Facts): string | null {
  return facts.operator?.name ?? null;
}

function factsOf(entry: TimelineEntry): Facts {
  return typeof entry.data === "object" && entry.data !== null ? (entry.data as Facts) : {};
}
