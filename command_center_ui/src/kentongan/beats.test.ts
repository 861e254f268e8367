import { expect, test } from "vitest";
import { incident } from "../incidents/sample";
import { KINDS } from "../wire";
import { BEATS, type BeatName, alarmBeat, allClearBeat, strokesOf } from "./beats";

const NAMES = Object.keys(BEATS) as BeatName[];

/** How many strokes a listener counts between the long pauses. */
function counted(name: BeatName): number[] {
  const strokes = strokesOf(name, 10);
  const groups: number[] = [];
  strokes.forEach((at, index) => {
    const gap = index === 0 ? Number.POSITIVE_INFINITY : at - (strokes[index - 1] ?? 0);
    if (gap > 0.5) groups.push(1);
    else groups.push((groups.pop() ?? 0) + 1);
  });
  return groups;
}

test("thieves are two strokes, fire three, a flood four, and all clear six", () => {
  expect(new Set(counted("theft"))).toEqual(new Set([2]));
  expect(new Set(counted("fire"))).toEqual(new Set([3]));
  expect(new Set(counted("flood"))).toEqual(new Set([4]));
  expect(new Set(counted("all_clear"))).toEqual(new Set([6]));
});

test("titir is one even roll without a pause", () => {
  const strokes = strokesOf("titir", 10);
  expect(counted("titir")).toEqual([strokes.length]);
  expect(strokes.length).toBeGreaterThan(60);
  const gaps = strokes.slice(1).map((at, index) => at - (strokes[index] ?? 0));
  expect(Math.max(...gaps) - Math.min(...gaps)).toBeLessThan(0.001);
});

test("the pause after a group is at least three times as long as that between its strokes, so that one can count", () => {
  for (const name of NAMES.filter((one) => one !== "titir"))
    expect([name, BEATS[name].pauseS / BEATS[name].strokeS >= 3]).toEqual([name, true]);
});

test("a group that has begun is beaten to its end", () => {
  for (const name of NAMES) expect(strokesOf(name, 5).length % BEATS[name].group).toBe(0);
});

test("each kind has its beat", () => {
  const beats = KINDS.map((kind) => [kind, alarmBeat(incident("a", { kind }))]);
  expect(Object.fromEntries(beats)).toEqual({
    emergency: "titir",
    medical: "titir",
    crime: "theft",
    fire: "fire",
    disaster: "flood",
    violence: null,
  });
});

test("violence, a silent alarm and quiet hours make no sound, neither at the beginning nor at the end", () => {
  for (const hidden of [{ kind: "violence" }, { silent: true }, { quiet: true }] as const) {
    expect(alarmBeat(incident("a", { kind: "fire", ...hidden }))).toBeNull();
    const over = incident("a", { kind: "fire", status: "closed", disposition: "resolved", ...hidden });
    expect(allClearBeat(over)).toBeNull();
  }
});

test("all clear is beaten for what is over, and not for what goes on elsewhere", () => {
  expect(allClearBeat(incident("a"))).toBeNull();
  expect(allClearBeat(incident("a", { status: "closed", disposition: "false_alarm" }))).toBe("all_clear");
  expect(allClearBeat(incident("a", { status: "closed", disposition: "duplicate" }))).toBeNull();
  expect(alarmBeat(incident("a", { status: "closed", disposition: "resolved" }))).toBeNull();
});
