import { expect, test } from "vitest";
import {
  AFTER_CANCEL_MS,
  type Track,
  begun,
  cancelled,
  done,
  due,
  failed,
  isOver,
  meaningOf,
  online,
  restored,
  sending,
  taken,
  withFix,
} from "./track";

const fix = (second: number) => ({
  lat: -7,
  lon: 110 + second / 10_000,
  accuracy_m: 8,
  at: new Date(second * 1000).toISOString(),
});
const standing = (): Track => taken(begun(null, "p-1", 0));
const seconds = (positions: readonly { at?: string | null }[]) =>
  positions.map((one) => Date.parse(one.at ?? "") / 1000);

test("nothing goes out before the server has the alarm, and everything since the press afterwards", () => {
  const offline = withFix(withFix(begun(null, "p-1", 0), fix(1)), fix(2));
  expect(due(offline, 60_000)).toEqual([]);
  expect(seconds(due(taken(offline), 60_000))).toEqual([1, 2]);
});

test("fixes go together, at most every five seconds, and not twice while they are on their way", () => {
  let track = sending(withFix(standing(), fix(1)), 1_000);
  track = withFix(withFix(track, fix(2)), fix(3));
  expect(due(track, 60_000)).toEqual([]);
  track = done(track, [fix(1)]);
  expect(due(track, 5_999)).toEqual([]);
  expect(seconds(due(track, 6_000))).toEqual([2, 3]);
});

test("what did not arrive is kept and goes out again, later each time, with what came meanwhile", () => {
  let track = withFix(standing(), fix(1));
  const waits: number[] = [];
  for (let now = 0; waits.length < 5;) {
    track = failed(sending(track, now), { now, random: 1, retryAfterMs: null });
    waits.push(track.dueAt - now);
    now = track.dueAt;
  }
  expect(waits).toEqual([5_000, 10_000, 20_000, 30_000, 30_000]);
  expect(seconds(due(withFix(track, fix(9)), track.dueAt))).toEqual([1, 9]);
});

test("a server that says when to come back is obeyed, up to half a minute", () => {
  const asked = (retryAfterMs: number) => failed(standing(), { now: 0, random: 0, retryAfterMs }).dueAt;
  expect([asked(12_000), asked(900_000)]).toEqual([12_000, 30_000]);
});

test("the network's return makes them due at once", () => {
  const track = failed(withFix(standing(), fix(1)), { now: 0, random: 1, retryAfterMs: null });
  expect(due(track, 10)).toEqual([]);
  expect(due(online(track, 10), 10)).toHaveLength(1);
});

test("after a long time without a network the newest go first, and the older ones follow", () => {
  let track = standing();
  for (let second = 1; second <= 100; second += 1) track = withFix(track, fix(second));
  const first = due(track, 0);
  expect([seconds(first)[0], seconds(first).at(-1)]).toEqual([41, 100]);
  const rest = due(done(sending(track, 0), first), 5_000);
  expect([seconds(rest)[0], seconds(rest).at(-1)]).toEqual([1, 40]);
});

test("a way of hours gets thinner where it is old, and keeps its beginning and its end", () => {
  let track = standing();
  for (let second = 1; second <= 5_000; second += 1) track = withFix(track, fix(second));
  const kept = seconds(track.waiting);
  expect(kept.length).toBeLessThanOrEqual(720);
  expect([kept[0], kept.at(-1)]).toEqual([1, 5_000]);
  expect(kept).toEqual([...kept].sort((a, b) => a - b));
});

test("the same fix said twice by the phone is one", () => {
  expect(withFix(withFix(standing(), fix(1)), fix(1)).waiting).toHaveLength(1);
});

test("after a cancel it goes on for fifteen minutes, however often the answer is heard again", () => {
  const track = cancelled(cancelled(withFix(standing(), fix(1)), 1_000), 500_000);
  expect(isOver(track, 1_000 + AFTER_CANCEL_MS - 1)).toBe(false);
  expect(due(track, 1_000 + AFTER_CANCEL_MS - 1)).toHaveLength(1);
  expect(isOver(track, 1_000 + AFTER_CANCEL_MS)).toBe(true);
});

test("while the alarm stands it never ends by itself", () => {
  expect(isOver(standing(), 10 * 86_400_000)).toBe(false);
});

test("a new press begins anew without an end, and keeps what was still to be told", () => {
  const track = begun(cancelled(withFix(standing(), fix(1)), 0), "p-2", 5_000);
  expect([track.alarmId, track.until, track.taken]).toEqual(["p-2", null, false]);
  expect(seconds(due(taken(track), 5_000))).toEqual([1]);
});

test("a closed incident ends it, a broken batch is given up alone, everything else is tried again", () => {
  const meanings = (code: string, ...statuses: number[]) => statuses.map((status) => meaningOf(status, code));
  expect(meanings("incident_closed", 409)).toEqual(["over"]);
  expect(meanings("other", 401, 403, 404)).toEqual(["over", "over", "over"]);
  expect(meanings("other", 400, 413, 422)).toEqual(["never", "never", "never"]);
  expect(meanings("unknown", 401, 403, 404, 413)).toEqual(["later", "later", "later", "later"]);
  expect(meanings("conflict", 408, 409, 429, 500, 503)).toEqual(["later", "later", "later", "later", "later"]);
});

test("a page that is opened again goes on where the last one was, also with what was on its way", () => {
  const text = JSON.stringify(sending(withFix(standing(), fix(1)), 1_000));
  const track = restored(text, 2_000);
  expect(track && seconds(due(track, 2_000))).toEqual([1]);
});

test("what is over, missing or unreadable is no track", () => {
  const over = JSON.stringify(cancelled(standing(), 0));
  expect([restored(over, AFTER_CANCEL_MS), restored(null, 0), restored("{", 0), restored("7", 0)]).toEqual([
    null,
    null,
    null,
    null,
  ]);
});
