/* Where the incident at hand is to go on: chosen in the merge form's list or, while the form is open, on the map. */
import { mergeTarget } from "../../incidents/merging";
import type { Spot } from "../../map/city";
import type { Incident } from "../../wire";

export class Aim {
  /** The incident that looks for its other half; null while no form asks. */
  from = $state<string | null>(null);
  into = $state<string | null>(null);
  /** Where what it is most likely to be merged with lies. */
  near = $state.raw<readonly Spot[]>([]);
  /** What was clicked last may not be merged with it. */
  refused = $state(false);

  begin(from: string, near: readonly Spot[]): void {
    this.end();
    this.from = from;
    this.near = near;
  }

  end(): void {
    this.from = null;
    this.into = null;
    this.near = [];
    this.refused = false;
  }

  /** A click on the map, on `ids`, the topmost first: whether it has chosen one. */
  take(ids: readonly string[], incidents: ReadonlyMap<string, Incident>): boolean {
    const from = this.from === null ? undefined : incidents.get(this.from);
    if (from === undefined) return false;
    const into = mergeTarget(from, ids, incidents);
    this.refused = into === null && ids.some((id) => id !== from.id);
    if (into !== null) this.into = into;
    return into !== null;
  }
}
