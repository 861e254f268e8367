/* What a page asks of a map, whichever way it is drawn. */
import type { FeatureCollection, MultiPolygon, Polygon } from "geojson";
import type { Difference } from "../incidents/fold";
import type { Incident, Officer } from "../wire";
import type { Trail } from "./trail";

export const LEVELS = ["city", "district", "sector", "village", "rw", "rt"] as const;
export type Level = (typeof LEVELS)[number];

export interface AreaProperties {
  readonly code: string;
  readonly name: string;
  readonly level: Level;
}

export type Areas = FeatureCollection<Polygon | MultiPolygon, AreaProperties>;

/** West, south, east, north in degrees. */
export type Box = readonly [number, number, number, number];

export interface View {
  readonly box: Box;
  readonly zoom: number;
}

export interface Spot {
  readonly lat: number;
  readonly lon: number;
}

export interface CityMap {
  showAreas(level: Level, areas: Areas): void;
  showIncidents(change: Difference<Incident>): void;
  showOfficers(change: Difference<Officer>): void;
  showTrail(trail: Trail): void;
  select(incidentId: string | null): void;
  /** Rings a second incident, with which something is about to be done. */
  aimAt(incidentId: string | null): void;
  flyTo(spot: Spot): void;
  fit(box: Box): void;
  zoomBy(steps: number): void;
  destroy(): void;
}

export interface MapListener {
  /** Every incident under the pointer, the one that is seen first. */
  onPick(incidentIds: readonly string[]): void;
  onView(view: View): void;
}
