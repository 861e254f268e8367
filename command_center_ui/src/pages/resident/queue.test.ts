import { expect, test } from "vitest";
import type { AlarmAccepted } from "../../wire";
import { type Press, type Queue, after, bodyOf, due, isFinal, restored } from "./queue";

const FIX = { lat: -6.98, lon: 110.42, accuracy_m: 15, at: "2026-11-22T03:00:00Z" };
const PRESS: Press = { id: "p-1", kind: "medical", silent: false, pressedAt: "2026-11-22T03:00:00Z", position: null };
const PRESSED = Date.parse(PRESS.pressedAt);
const ANSWER = { id: "p-1", incident_id: "i-1" } as AlarmAccepted;

function pressed(press: Press = PRESS): Queue {
  return after([], { type: "pressed", press, now: 0 });
}

function failed(queue: Queue, now: number, retryAfterMs: number | null = null): Queue {
  const tried = after(queue, { type: "sending", id: "p-1" });
  return after(tried, { type: "failed", id: "p-1", now, random: 1, retryAfterMs });
}

test("a press is due at once, with or without a position", () => {
  expect(due(pressed(), 0).map((entry) => entry.press.id)).toEqual(["p-1"]);
});

test("what is on its way is not sent a second time meanwhile", () => {
  expect(due(after(pressed(), { type: "sending", id: "p-1" }), 99_000)).toEqual([]);
});

test("a failed try waits, longer each time, and never more than ten seconds", () => {
  let queue = pressed();
  const waits: number[] = [];
  for (let now = 0; waits.length < 7;) {
    queue = failed(queue, now);
    waits.push((queue[0]?.dueAt ?? 0) - now);
    now = queue[0]?.dueAt ?? 0;
  }
  expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 10_000, 10_000]);
});

test("a server that says when to come back is obeyed, up to ten seconds", () => {
  expect(failed(pressed(), 0, 3_000)[0]?.dueAt).toBe(3_000);
  expect(failed(pressed(), 0, 600_000)[0]?.dueAt).toBe(10_000);
});

test("every try has the same id, kind and time of the press, and its own time of sending", () => {
  const queue = failed(pressed(), 0);
  const [entry] = due(queue, 60_000);
  expect(entry && bodyOf(entry.press, "2026-11-22T03:01:00Z")).toEqual({
    id: "p-1",
    kind: "medical",
    position: null,
    pressed_at: "2026-11-22T03:00:00Z",
    sent_at: "2026-11-22T03:01:00Z",
    silent: false,
    drill: false,
  });
});

test("the network's return makes a waiting press due at once", () => {
  const queue = failed(failed(failed(pressed(), 0), 1_000), 2_000);
  expect(due(queue, 2_001)).toEqual([]);
  expect(due(after(queue, { type: "online", now: 2_001 }), 2_001)).toHaveLength(1);
});

test("a confirmed press is never sent again by itself", () => {
  const queue = after(pressed(), { type: "accepted", id: "p-1", answer: ANSWER });
  expect(due(queue, 99_000)).toEqual([]);
  expect(queue[0]?.answer?.incident_id).toBe("i-1");
});

test("a position that comes after the confirmation goes out once under the same id", () => {
  let queue = after(pressed(), { type: "accepted", id: "p-1", answer: ANSWER });
  queue = after(queue, { type: "fix", position: FIX });
  expect(due(queue, 1)[0]?.press.position).toEqual(FIX);
  queue = after(queue, { type: "sending", id: "p-1" });
  expect(due(queue, 1)).toEqual([]);
  expect(queue[0]?.progress).toBe("accepted");
});

test("a position that failed to go out is tried again, and the press stays confirmed", () => {
  let queue = after(pressed(), { type: "accepted", id: "p-1", answer: ANSWER });
  queue = failed(after(queue, { type: "fix", position: FIX }), 0);
  expect(queue[0]?.progress).toBe("accepted");
  expect(due(queue, 10_000)).toHaveLength(1);
});

test("a position that is hardly better is not worth sending", () => {
  const queue = after(pressed({ ...PRESS, position: FIX }), { type: "accepted", id: "p-1", answer: ANSWER });
  expect(due(after(queue, { type: "fix", position: { ...FIX, accuracy_m: 5 } }), 1)).toEqual([]);
});

test("a refusal stops the tries and keeps its reason", () => {
  const queue = after(pressed(), { type: "refused", id: "p-1", code: "unauthorized" });
  expect(due(queue, 99_000)).toEqual([]);
  expect(queue[0]).toMatchObject({ progress: "refused", code: "unauthorized" });
});

test("a press that was on its way when the page closed is sent again when it opens", () => {
  const kept = JSON.stringify(after(pressed(), { type: "sending", id: "p-1" }));
  expect(due(restored(kept, PRESSED), PRESSED)).toHaveLength(1);
});

test("a kept queue that cannot be read does not stop the page", () => {
  for (const text of ["{broken", null, '{"a":1}']) expect(restored(text, PRESSED)).toEqual([]);
});

test("an unsent press is kept however old it is, a confirmed one only for some hours", () => {
  const tomorrow = PRESSED + 86_400_000;
  const confirmed = after(pressed(), { type: "accepted", id: "p-1", answer: ANSWER });
  expect(restored(JSON.stringify(confirmed), PRESSED)).toHaveLength(1);
  expect(restored(JSON.stringify(confirmed), tomorrow)).toEqual([]);
  expect(restored(JSON.stringify(pressed()), tomorrow)).toHaveLength(1);
});

test("a page that opens again shows neither old refusals nor all that ever arrived", () => {
  let queue = after(pressed(), { type: "accepted", id: "p-1", answer: ANSWER });
  queue = after(queue, { type: "pressed", press: { ...PRESS, id: "p-2" }, now: 0 });
  queue = after(queue, { type: "accepted", id: "p-2", answer: { ...ANSWER, id: "p-2" } });
  queue = after(queue, { type: "pressed", press: { ...PRESS, id: "p-3" }, now: 0 });
  queue = after(queue, { type: "refused", id: "p-3", code: "token_unknown" });
  expect(restored(JSON.stringify(queue), PRESSED).map((entry) => entry.press.id)).toEqual(["p-2"]);
});

test("only the server itself ends a press: what a network in between refuses is tried again", () => {
  expect(isFinal(401, "token_unknown")).toBe(true);
  expect(isFinal(422, "alarm_id_invalid")).toBe(true);
  expect(isFinal(503, "journal_unavailable")).toBe(false);
  for (const status of [400, 401, 403, 413, 415, 422, 511]) expect(isFinal(status, "unknown")).toBe(false);
});
