/* Incidents and officers as points for a map. Whoever has no position is not on it, but stays in the list. */
import type { Feature, Point } from "geojson";
import { type Attention, attentionOf } from "../incidents/attention";
import type { Difference } from "../incidents/fold";
import type { Incident, Officer, Position } from "../wire";
import { lookName, lookOf } from "./marker";

const RANK: Record<Attention, number> = { alone: 4, asked: 3, unclaimed: 2, attended: 1, done: 0 };
/** An exercise never lies over what is real. */
const DRILL_RANK = -1;

export interface PointChange {
  readonly put: readonly Feature<Point>[];
  readonly gone: readonly string[];
}

/** Who needs help most lies over the others. */
export function rankOf(incident: Incident): number {
  return incident.drill ? DRILL_RANK : RANK[attentionOf(incident)];
}

export function incidentPoints(change: Difference<Incident>): PointChange {
  return points(change, (incident) =>
    point(incident.id, incident.position, {
      look: lookName(lookOf(incident)),
      rank: rankOf(incident),
    }),
  );
}

export function officerPoints(change: Difference<Officer>): PointChange {
  return points(change, (officer) => {
    if (officer.status === "off_duty") return null;
    return point(officer.id, officer.position, { name: officer.name, status: officer.status, stale: officer.stale });
  });
}

function points<T extends { readonly id: string }>(
  change: Difference<T>,
  toPoint: (value: T) => Feature<Point> | null,
): PointChange {
  const put: Feature<Point>[] = [];
  const gone = [...change.gone];
  for (const value of change.put) {
    const feature = toPoint(value);
    if (feature) put.push(feature);
    else gone.push(value.id);
  }
  return { put, gone };
}

function point(id: string, position: Position | null, properties: Record<string, unknown>): Feature<Point> | null {
  if (position === null) return null;
  const coordinates = [position.lon, position.lat];
  return { type: "Feature", id, geometry: { type: "Point", coordinates }, properties: { id, ...properties } };
}
