import { describe, expect, test } from "vitest";
import { event, incident, officer } from "../incidents/sample";
import type { Incident, LiveEvent, ServerFrame } from "../wire";
import { DEAD_MS, NEW_SESSION, STALE_MS, type Session, isStale, step, waitMs } from "./session";

const YOU = { subject: "op-1", role: "operator" as const, name: "Sari", areas: [], on_duty: null };

function welcome(at: number, incidents: Incident[] | null): ServerFrame {
  const snapshot = incidents === null ? null : { incidents };
  return { type: "welcome", epoch: "e1", at, snapshot, you: YOU, heartbeat_s: 5 };
}

function events(from: number, to: number, list: LiveEvent[]): ServerFrame {
  return { type: "events", from, to, events: list };
}

function heartbeat(to: number, degraded: string[] = []): ServerFrame {
  return { type: "heartbeat", to, now: "2026-11-22T03:00:00Z", degraded };
}

function take(session: Session, frames: ServerFrame[], now = 0) {
  return step(session, { type: "frames", frames, now, wallMs: Date.parse("2026-11-22T02:59:58Z") }, null);
}

function live(at: number, incidents: Incident[] = []): Session {
  return take(NEW_SESSION, [welcome(at, incidents)]).session;
}

describe("greeting", () => {
  test("a new client asks for everything and carries its token", () => {
    const { effects } = step(NEW_SESSION, { type: "opened", now: 0 }, "secret");
    expect(effects).toEqual([{ do: "send", frame: { type: "hello", epoch: null, after: null, token: "secret" } }]);
  });

  test("a console that signs in by cookie sends no token at all", () => {
    const { effects } = step(NEW_SESSION, { type: "opened", now: 0 }, null);
    expect(effects).toEqual([{ do: "send", frame: { type: "hello", epoch: null, after: null } }]);
  });

  test("a returning client asks to go on after the last number it has", () => {
    const { effects } = step(live(41), { type: "opened", now: 0 }, null);
    expect(effects).toEqual([{ do: "send", frame: { type: "hello", epoch: "e1", after: 41 } }]);
  });

  test("a snapshot replaces all that was known", () => {
    const { session } = take(live(3, [incident("old")]), [welcome(9, [incident("new")])]);
    expect([...session.incidents.keys()]).toEqual(["new"]);
    expect(session.at).toBe(9);
  });

  test("a welcome without a snapshot keeps the incidents and the place in the journal", () => {
    const { session } = take(live(3, [incident("a")]), [welcome(9, null)]);
    expect([...session.incidents.keys()]).toEqual(["a"]);
    expect(session.at).toBe(3);
    expect(session.phase).toBe("live");
  });

  test("a welcome without a snapshot to a client that has nothing is not believed", () => {
    expect(take(NEW_SESSION, [welcome(9, null)]).effects).toEqual([{ do: "drop", reason: "gap" }]);
  });
});

describe("ranges", () => {
  test("events move the place in the journal to the end of their range", () => {
    const { session } = take(live(3), [events(4, 8, [event(5, "a", "incident_opened", incident("a"))])]);
    expect(session.at).toBe(8);
    expect(session.incidents.get("a")?.kind).toBe("emergency");
  });

  test("a heartbeat moves over numbers that this client may not see", () => {
    const { session } = take(live(3), [heartbeat(7), events(8, 8, [event(8, "a", "incident_opened", incident("a"))])]);
    expect(session.at).toBe(8);
    expect(session.incidents.size).toBe(1);
  });

  test("a hole is not jumped over: the socket is dropped and the place is kept", () => {
    const { session, effects } = take(live(3), [events(5, 6, [event(5, "a", "incident_opened", incident("a"))])]);
    expect(effects).toEqual([{ do: "drop", reason: "gap" }]);
    expect(session.at).toBe(3);
    expect(session.incidents.size).toBe(0);
  });

  test("frames before the hole still count", () => {
    const first = events(4, 4, [event(4, "a", "incident_opened", incident("a"))]);
    const { session, effects } = take(live(3), [first, events(6, 6, [])]);
    expect(session.at).toBe(4);
    expect(effects).toEqual([{ do: "drop", reason: "gap" }]);
  });

  test("an event that comes twice counts once", () => {
    const opened = event(4, "a", "incident_opened", incident("a", { alarm_count: 1 }));
    const joined = event(5, "a", "alarm_joined", { alarm_count: 2 });
    const { session } = take(live(3), [events(4, 5, [opened, joined]), events(4, 6, [opened])]);
    expect(session.incidents.get("a")?.alarm_count).toBe(2);
    expect(session.at).toBe(6);
  });
});

test("a range that lies wholly behind does not turn the place back", () => {
  expect(take(live(9), [events(4, 6, [])]).session.at).toBe(9);
});

describe("pulse", () => {
  test("ten seconds without a frame make the page stale", () => {
    const session = take(NEW_SESSION, [welcome(1, [])], 1_000).session;
    expect(isStale(session, 1_000 + STALE_MS - 1)).toBe(false);
    expect(isStale(session, 1_000 + STALE_MS)).toBe(true);
  });

  test("a socket that has gone silent is dropped", () => {
    const session = take(NEW_SESSION, [welcome(1, [])], 1_000).session;
    expect(step(session, { type: "tick", now: 1_000 + DEAD_MS - 1 }, null).effects).toEqual([]);
    expect(step(session, { type: "tick", now: 1_000 + DEAD_MS }, null).effects).toEqual([
      { do: "drop", reason: "no frame" },
    ]);
  });

  test("a socket that has just opened again is given its time, however old the last frame is", () => {
    const old = take(NEW_SESSION, [welcome(1, [])], 0).session;
    const opened = step(old, { type: "opened", now: 90_000 }, null).session;
    expect(step(opened, { type: "tick", now: 91_000 }, null).effects).toEqual([]);
    expect(isStale(opened, 91_000)).toBe(true);
  });

  test("the heartbeat says what is broken and how the clocks differ", () => {
    const { session } = take(live(3), [heartbeat(3, ["push_down"])]);
    expect(session.degraded).toEqual(["push_down"]);
    expect(session.clockAheadMs).toBe(2_000);
  });
});

describe("coming back", () => {
  test("a closed socket is opened again after a wait, and the incidents stay on screen", () => {
    const { session, effects } = step(live(3, [incident("a")]), { type: "closed", code: 1006, random: 1 }, null);
    expect(session.phase).toBe("waiting");
    expect(session.incidents.size).toBe(1);
    expect(effects).toEqual([{ do: "wait", ms: 300 }]);
  });

  test("a client that was too slow comes back like any other", () => {
    expect(step(live(3), { type: "closed", code: 4001, random: 0 }, null).effects).toEqual([{ do: "wait", ms: 150 }]);
  });

  test("without rights there is no second try", () => {
    const { session, effects } = step(live(3), { type: "closed", code: 1008, random: 0 }, null);
    expect(session.phase).toBe("refused");
    expect(effects).toEqual([]);
  });

  test("waits double, are spread, and end at eight seconds", () => {
    expect([0, 1, 2, 3].map((attempt) => waitMs(attempt, 1))).toEqual([300, 600, 1200, 2400]);
    expect(waitMs(50, 1)).toBe(8_000);
    expect(waitMs(50, 0)).toBe(4_000);
  });

  test("a welcome ends the counting of tries", () => {
    const tried = step(live(3), { type: "closed", code: 1006, random: 1 }, null).session;
    expect(tried.attempt).toBe(1);
    expect(take(tried, [welcome(4, [])]).session.attempt).toBe(0);
  });
});

describe("officers", () => {
  test("a full list replaces, a part is laid over", () => {
    const full = take(live(1), [{ type: "officers", full: true, changed: [officer("a"), officer("b")] }]).session;
    const moved = take(full, [
      { type: "officers", full: false, changed: [officer("b", { status: "en_route" })] },
    ]).session;
    expect([...moved.officers.values()].map((one) => one.status)).toEqual(["available", "en_route"]);
    const again = take(moved, [{ type: "officers", full: true, changed: [officer("c")] }]).session;
    expect([...again.officers.keys()]).toEqual(["c"]);
  });
});

test("a frame of a kind that this version does not know is passed over", () => {
  const strange = { type: "weather" } as unknown as ServerFrame;
  expect(take(live(3), [strange]).session.at).toBe(3);
});
