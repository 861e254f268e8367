/* Where the phone has been since the press, on its way to the server. Pure: what happened in; the next track out.
   Always holds: a fix leaves only when the server has it or will never take it; after a cancel every PIN gives the same. */
import { UNKNOWN } from "../../api/http";
import type { Position } from "../../wire";

export interface Track {
  readonly alarmId: string;
  /** Whether the server has the alarm: before that it has nowhere to put a position. */
  readonly taken: boolean;
  /** After a cancel: not longer than this, in ms of the wall clock. Null while the alarm stands. */
  readonly until: number | null;
  readonly waiting: readonly Position[];
  readonly sending: boolean;
  readonly attempt: number;
  /** Not before this time, in ms of the wall clock. */
  readonly dueAt: number;
}

/** The rate of the officers' positions too: half a street at the speed of a motorcycle. */
const EVERY_MS = 5_000;
const LONGEST_WAIT_MS = 30_000;
/** Far below the server's limit for a body, and five minutes of a phone that moves. */
const AT_ONCE = 60;
/** About 80 KB of a browser's 5 MB; what is older gets thinner, and none of the way is lost altogether. */
const MOST = 720;
/** As the server has it (STREAM_AFTER_CANCEL), counted here because a phone's clock may be wrong by hours. */
export const AFTER_CANCEL_MS = 15 * 60_000;

/** A new press goes on with what the same phone still had to tell: the server puts both into one incident. */
export function begun(before: Track | null, alarmId: string, now: number): Track {
  const waiting = before?.waiting ?? [];
  return { alarmId, taken: false, until: null, waiting, sending: false, attempt: 0, dueAt: now };
}

export function withFix(track: Track, fix: Position): Track {
  if (track.waiting.some((one) => one.at === fix.at)) return track;
  return { ...track, waiting: thinned([...track.waiting, fix]) };
}

export function taken(track: Track): Track {
  return { ...track, taken: true };
}

/** Said again by every later answer; the first one counts. */
export function cancelled(track: Track, now: number): Track {
  return { ...track, until: track.until ?? now + AFTER_CANCEL_MS };
}

export function isOver(track: Track, now: number): boolean {
  return track.until !== null && now >= track.until;
}

/** What goes out now, the newest first of all: where somebody is helps more than where they were. */
export function due(track: Track, now: number): readonly Position[] {
  const waits = !track.taken || track.sending || now < track.dueAt;
  return waits ? [] : track.waiting.slice(-AT_ONCE);
}

export function sending(track: Track, now: number): Track {
  return { ...track, sending: true, dueAt: now + EVERY_MS };
}

/** The server has them, or says that it will never take them. */
export function done(track: Track, positions: readonly Position[]): Track {
  const gone = new Set(positions.map((one) => one.at));
  return { ...track, sending: false, attempt: 0, waiting: track.waiting.filter((one) => !gone.has(one.at)) };
}

export interface Failure {
  readonly now: number;
  readonly random: number;
  readonly retryAfterMs: number | null;
}

export function failed(track: Track, { now, random, retryAfterMs }: Failure): Track {
  const full = Math.min(LONGEST_WAIT_MS, EVERY_MS * 2 ** Math.min(track.attempt, 5));
  const wait = Math.max(full * (0.5 + random / 2), Math.min(retryAfterMs ?? 0, LONGEST_WAIT_MS));
  return { ...track, sending: false, attempt: track.attempt + 1, dueAt: now + wait };
}

export function online(track: Track, now: number): Track {
  return { ...track, dueAt: Math.min(track.dueAt, now) };
}

/** What a refusal means: the end of this track, these positions never, or the same again later. A network in between has
    no say in it. */
export function meaningOf(status: number, code: string): "over" | "never" | "later" {
  if (code === UNKNOWN) return "later";
  if ([401, 403, 404].includes(status) || code === "incident_closed") return "over";
  return [400, 413, 415, 422].includes(status) ? "never" : "later";
}

/** A track as it was kept. What was on its way when the page closed may have arrived; twice does no harm. */
export function restored(text: string | null, now: number): Track | null {
  const track = parsed(text);
  if (track === null || isOver(track, now)) return null;
  return { ...track, sending: false, attempt: 0, dueAt: now };
}

function parsed(text: string | null): Track | null {
  try {
    const track = JSON.parse(text ?? "null") as Track | null;
    return track !== null && typeof track.alarmId === "string" && Array.isArray(track.waiting) ? track : null;
  } catch {
    return null;
  }
}

/** Of the older half every second one, as often as it takes. */
function thinned(fixes: readonly Position[]): readonly Position[] {
  if (fixes.length <= MOST) return fixes;
  const half = Math.floor(fixes.length / 2);
  return [...fixes.slice(0, half).filter((_, number) => number % 2 === 0), ...fixes.slice(half)];
}
