/* The live session without a socket: frames, closings and ticks in; the next state and what to do out.
   Always holds: `at` is the last journal number that `incidents` has taken in, without a hole before it. */
import { type Incidents, NO_INCIDENTS, foldEvents, fromSnapshot } from "../incidents/fold";
import type {
  ClientFrame,
  EventsFrame,
  HeartbeatFrame,
  LiveEvent,
  OfficersFrame,
  ServerFrame,
  WelcomeFrame,
} from "../wire";
import type { Me, Officer } from "../wire";

export type Officers = ReadonlyMap<string, Officer>;
export type Phase = "connecting" | "greeting" | "live" | "waiting" | "refused";

export interface Session {
  readonly phase: Phase;
  readonly epoch: string | null;
  readonly at: number | null;
  readonly you: Me | null;
  readonly incidents: Incidents;
  readonly officers: Officers;
  readonly degraded: readonly string[];
  /** When the last frame came, on the client's monotonic clock; null before the first. */
  readonly heardAt: number | null;
  /** When the socket last showed life, opening included; a silent one is given up. */
  readonly pulseAt: number | null;
  /** Tries since the last welcome; decides how long to wait before the next. */
  readonly attempt: number;
  /** How far the server's clock is ahead of this one, in ms. */
  readonly clockAheadMs: number;
}

export type Input =
  | { readonly type: "opened"; readonly now: number }
  | { readonly type: "frames"; readonly frames: readonly ServerFrame[]; readonly now: number; readonly wallMs: number }
  | { readonly type: "closed"; readonly code: number; readonly random: number }
  | { readonly type: "retry" }
  | { readonly type: "tick"; readonly now: number };

export type Effect =
  | { readonly do: "connect" }
  | { readonly do: "send"; readonly frame: ClientFrame }
  | { readonly do: "drop"; readonly reason: string }
  | { readonly do: "wait"; readonly ms: number };

export interface Step {
  readonly session: Session;
  readonly effects: readonly Effect[];
}

/** A console is stale after this long without a frame: two heartbeats of 5 s missed (design.md, promise 11). */
export const STALE_MS = 10_000;
/** The socket is given up after this long without a frame and opened anew; later than stale, so that people see it first. */
export const DEAD_MS = 12_000;
/** The first wait is short because most breaks are a server's restart or a passing radio hole. */
const FIRST_WAIT_MS = 300;
const LONGEST_WAIT_MS = 8_000;
/** The server's word for "no rights" (design.md §6). */
const NO_RIGHTS = 1008;

export const NEW_SESSION: Session = {
  phase: "connecting",
  epoch: null,
  at: null,
  you: null,
  incidents: NO_INCIDENTS,
  officers: new Map(),
  degraded: [],
  heardAt: null,
  pulseAt: null,
  attempt: 0,
  clockAheadMs: 0,
};

export function step(session: Session, input: Input, token: string | null): Step {
  switch (input.type) {
    case "opened":
      return greet({ ...session, pulseAt: input.now }, token);
    case "frames":
      return takeFrames({ ...session, heardAt: input.now, pulseAt: input.now }, input.frames, input.wallMs);
    case "closed":
      return afterClose(session, input.code, input.random);
    case "retry":
      return { session: { ...session, phase: "connecting" }, effects: [{ do: "connect" }] };
    case "tick":
      return checkPulse(session, input.now);
  }
}

export function isStale(session: Session, now: number): boolean {
  return session.heardAt === null || now - session.heardAt >= STALE_MS;
}

function greet(session: Session, token: string | null): Step {
  const hello: ClientFrame = { type: "hello", epoch: session.epoch, after: session.at };
  const frame = token === null ? hello : { ...hello, token };
  return { session: { ...session, phase: "greeting" }, effects: [{ do: "send", frame }] };
}

function afterClose(session: Session, code: number, random: number): Step {
  if (code === NO_RIGHTS) return { session: { ...session, phase: "refused" }, effects: [] };
  const next: Session = { ...session, phase: "waiting", attempt: session.attempt + 1 };
  return { session: next, effects: [{ do: "wait", ms: waitMs(session.attempt, random) }] };
}

/** Doubles per try, and spreads a thousand dropped consoles over half of it (`random` in 0..1). */
export function waitMs(attempt: number, random: number): number {
  const full = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(attempt, 10));
  return Math.round(full * (0.5 + random / 2));
}

function checkPulse(session: Session, now: number): Step {
  const listening = session.phase === "live" || session.phase === "greeting";
  const silent = session.pulseAt !== null && now - session.pulseAt >= DEAD_MS;
  return { session, effects: listening && silent ? [{ do: "drop", reason: "no frame" }] : [] };
}

function takeFrames(session: Session, frames: readonly ServerFrame[], wallMs: number): Step {
  let current = session;
  for (const frame of frames) {
    const next = takeFrame(current, frame, wallMs);
    if (next === "gap") return { session: current, effects: [{ do: "drop", reason: "gap" }] };
    current = next;
  }
  return { session: current, effects: [] };
}

function takeFrame(session: Session, frame: ServerFrame, wallMs: number): Session | "gap" {
  switch (frame.type) {
    case "welcome":
      return takeWelcome(session, frame);
    case "officers":
      return takeOfficers(session, frame);
    case "events":
      return takeEvents(session, frame);
    case "heartbeat":
      return takeHeartbeat(session, frame, wallMs);
    default:
      return session;
  }
}

function takeWelcome(session: Session, frame: WelcomeFrame): Session | "gap" {
  const known = {
    ...session,
    phase: "live" as const,
    attempt: 0,
    epoch: frame.epoch,
    you: frame.you,
  };
  if (frame.snapshot !== null) return { ...known, at: frame.at, incidents: fromSnapshot(frame.snapshot.incidents) };
  // Without a snapshot the history follows as events: `at` stays where this client was.
  return session.at === null ? "gap" : known;
}

function takeOfficers(session: Session, frame: OfficersFrame): Session {
  const officers = new Map(frame.full ? [] : session.officers);
  for (const officer of frame.changed) officers.set(officer.id, officer);
  return { ...session, officers };
}

function takeEvents(session: Session, frame: EventsFrame): Session | "gap" {
  if (session.at === null || frame.from > session.at + 1) return "gap";
  if (frame.to <= session.at) return session;
  return { ...session, at: frame.to, incidents: foldEvents(session.incidents, newEvents(session, frame)) };
}

/** An overlapping range repeats what is known; an event counts once. */
function newEvents(session: Session, frame: EventsFrame): readonly LiveEvent[] {
  const at = session.at ?? 0;
  return frame.from > at ? frame.events : frame.events.filter((event) => event.seq > at);
}

function takeHeartbeat(session: Session, frame: HeartbeatFrame, wallMs: number): Session | "gap" {
  if (session.at === null) return "gap";
  const clockAheadMs = Date.parse(frame.now) - wallMs;
  return { ...session, at: Math.max(session.at, frame.to), degraded: frame.degraded, clockAheadMs };
}
