/* What a kentongan says: how it is beaten for each kind of emergency. Pure; docs/kentongan.md names the sources.
   Always holds: nothing sounds for violence, for a silent alarm, or where nobody is to be woken. */
import type { Incident, Kind } from "../wire";

export type BeatName = "titir" | "theft" | "fire" | "flood" | "all_clear";

/** Strokes come in groups; people count those of one group, so the pause after it must be clearly longer. */
export interface Beat {
  readonly group: number;
  /** From one stroke of a group to the next, in seconds. */
  readonly strokeS: number;
  /** From the last stroke of a group to the first of the next; the same as `strokeS` makes one even roll. */
  readonly pauseS: number;
}

export const BEATS: Record<BeatName, Beat> = {
  titir: { group: 1, strokeS: 0.15, pauseS: 0.15 },
  theft: { group: 2, strokeS: 0.22, pauseS: 0.8 },
  fire: { group: 3, strokeS: 0.22, pauseS: 0.8 },
  flood: { group: 4, strokeS: 0.22, pauseS: 0.8 },
  all_clear: { group: 6, strokeS: 0.32, pauseS: 1.3 },
};

/** An illness has no beat of its own: titir calls for help whatever has happened. */
const BEAT_OF_KIND: Record<Kind, BeatName | null> = {
  emergency: "titir",
  medical: "titir",
  crime: "theft",
  fire: "fire",
  disaster: "flood",
  violence: null,
};

/** An alarm is beaten until somebody has understood it, three groups of the all clear are enough. */
export const ALARM_S = 20;
export const ALL_CLEAR_S = 9;

export function alarmBeat(incident: Incident): BeatName | null {
  if (isMute(incident) || incident.status === "closed") return null;
  return BEAT_OF_KIND[incident.kind];
}

/** Nothing is clear while the emergency goes on as another incident. */
export function allClearBeat(incident: Incident): BeatName | null {
  if (isMute(incident) || incident.status !== "closed" || incident.disposition === "duplicate") return null;
  return "all_clear";
}

/** When each stroke falls, in seconds from the beginning. A group that has begun is beaten to its end. */
export function strokesOf(name: BeatName, seconds: number): number[] {
  const { group, strokeS, pauseS } = BEATS[name];
  const strokes: number[] = [];
  for (let start = 0; start < seconds; start += (group - 1) * strokeS + pauseS)
    for (let stroke = 0; stroke < group; stroke++) strokes.push(start + stroke * strokeS);
  return strokes;
}

function isMute(incident: Incident): boolean {
  return incident.silent || incident.quiet || incident.kind === "violence";
}
