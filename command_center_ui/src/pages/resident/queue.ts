/* The presses that the server has not confirmed yet. Pure: what happened in; the next queue and what to send out.
   Always holds: a press keeps its id, its time and its kind for ever, and leaves only when the server said yes. */
import { UNKNOWN } from "../../api/http";
import type { AlarmAccepted, Kind, Position } from "../../wire";

export interface Press {
  readonly id: string;
  readonly kind: Kind;
  readonly silent: boolean;
  /** Missing in what older pages kept, and then real. */
  readonly drill?: boolean;
  readonly pressedAt: string;
  readonly position: Position | null;
}

export type Progress = "waiting" | "sending" | "accepted" | "refused";

export interface Entry {
  readonly press: Press;
  readonly progress: Progress;
  readonly attempt: number;
  /** Not before this time, in ms of the wall clock. */
  readonly dueAt: number;
  readonly answer: AlarmAccepted | null;
  /** The stable word of the refusal. */
  readonly code: string | null;
  /** A better position came after the last try: it goes out under the same id. */
  readonly moved: boolean;
}

export type Queue = readonly Entry[];

export type Happening =
  | { readonly type: "pressed"; readonly press: Press; readonly now: number }
  | { readonly type: "fix"; readonly position: Position }
  | { readonly type: "sending"; readonly id: string }
  | { readonly type: "accepted"; readonly id: string; readonly answer: AlarmAccepted }
  | { readonly type: "refused"; readonly id: string; readonly code: string }
  | {
      readonly type: "failed";
      readonly id: string;
      readonly now: number;
      readonly random: number;
      readonly retryAfterMs: number | null;
    }
  | { readonly type: "online"; readonly now: number }
  | { readonly type: "forget"; readonly id: string };

const FIRST_WAIT_MS = 500;
/** A frightened person looks at the page: ten seconds is the longest they may wait for a network that came back. */
const LONGEST_WAIT_MS = 10_000;
/** A fix is better when its circle is at most half as wide, and worth sending again while the old one was wider than this. */
const GOOD_ENOUGH_M = 60;

export function after(queue: Queue, happening: Happening): Queue {
  switch (happening.type) {
    case "pressed":
      return [...queue, newEntry(happening.press, happening.now)];
    case "fix":
      return queue.map((entry) => moved(entry, happening.position));
    case "sending":
      return change(queue, happening.id, (entry) => ({
        ...entry,
        progress: keepAccepted(entry, "sending"),
        moved: false,
      }));
    case "accepted":
      return change(queue, happening.id, (entry) => ({
        ...entry,
        progress: "accepted",
        answer: happening.answer,
        attempt: 0,
      }));
    case "refused":
      return change(queue, happening.id, (entry) => refused(entry, happening.code));
    case "failed":
      return change(queue, happening.id, (entry) => failed(entry, happening));
    case "online":
      return queue.map((entry) => ({ ...entry, dueAt: Math.min(entry.dueAt, happening.now) }));
    case "forget":
      return queue.filter((entry) => entry.press.id !== happening.id);
  }
}

/** What is due now. An accepted press is due again only when a better position is known. */
export function due(queue: Queue, now: number): Entry[] {
  return queue.filter(
    (entry) => entry.dueAt <= now && (entry.progress === "waiting" || (entry.progress === "accepted" && entry.moved)),
  );
}

/** Refusals that no repetition mends. Everything else is tried again, because a press must never be given up too early:
    also what has no word of ours, as a hotel's network or a proxy answers in the server's place. */
export function isFinal(status: number, code: string): boolean {
  return code !== UNKNOWN && [400, 401, 403, 413, 415, 422].includes(status);
}

/** The body of POST /v1/alarms. The id, kind and times of the press are the same on every try. */
export function bodyOf(press: Press, sentAt: string): Record<string, unknown> {
  return {
    id: press.id,
    kind: press.kind,
    position: press.position,
    pressed_at: press.pressedAt,
    sent_at: sentAt,
    silent: press.silent,
    drill: press.drill === true,
  };
}

/** Six hours later the resident needs the button, not the state of an old alarm. */
const REMEMBERED_MS = 6 * 3_600_000;

/** A queue as it was kept. What was on its way when the page closed may or may not have arrived: it is sent again.
    Of those that did arrive only the last is of use, and only for some hours; refusals have been told. */
export function restored(text: string | null, now: number): Queue {
  const entries = parsed(text);
  const last = entries.findLast((entry) => entry.progress === "accepted");
  const fresh = (entry: Entry) => now - Date.parse(entry.press.pressedAt) <= REMEMBERED_MS;
  return entries
    .filter((entry) => entry.progress !== "refused")
    .filter((entry) => entry.progress !== "accepted" || (entry === last && fresh(entry)))
    .map((entry) => (entry.progress === "sending" ? { ...entry, progress: "waiting" } : entry));
}

function parsed(text: string | null): Queue {
  try {
    const entries: unknown = JSON.parse(text ?? "[]");
    return Array.isArray(entries) ? (entries as Queue) : [];
  } catch {
    return [];
  }
}

function newEntry(press: Press, now: number): Entry {
  return { press, progress: "waiting", attempt: 0, dueAt: now, answer: null, code: null, moved: false };
}

function change(queue: Queue, id: string, next: (entry: Entry) => Entry): Queue {
  return queue.map((entry) => (entry.press.id === id ? next(entry) : entry));
}

function keepAccepted(entry: Entry, otherwise: Progress): Progress {
  return entry.progress === "accepted" ? "accepted" : otherwise;
}

function refused(entry: Entry, code: string): Entry {
  return entry.progress === "accepted" ? { ...entry, moved: false } : { ...entry, progress: "refused", code };
}

function failed(entry: Entry, failure: { now: number; random: number; retryAfterMs: number | null }): Entry {
  const full = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(entry.attempt, 10));
  const wait = Math.max(full * (0.5 + failure.random / 2), Math.min(failure.retryAfterMs ?? 0, LONGEST_WAIT_MS));
  return {
    ...entry,
    progress: keepAccepted(entry, "waiting"),
    moved: entry.moved || entry.progress === "accepted",
    attempt: entry.attempt + 1,
    dueAt: failure.now + wait,
  };
}

function moved(entry: Entry, position: Position): Entry {
  if (entry.progress === "refused" || !isBetter(position, entry.press.position)) return entry;
  return { ...entry, press: { ...entry.press, position }, moved: true };
}

function isBetter(fresh: Position, old: Position | null): boolean {
  if (old === null) return true;
  const before = old.accuracy_m ?? Number.POSITIVE_INFINITY;
  const now = fresh.accuracy_m ?? Number.POSITIVE_INFINITY;
  return before > GOOD_ENOUGH_M && now <= before / 2;
}
