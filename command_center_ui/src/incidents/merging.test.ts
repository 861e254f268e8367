import { expect, test } from "vitest";
import type { AlarmRecord, Incident } from "../wire";
import { choiceOf, mergeChoices, mergeTarget, pressesOf, splitBody, spotsNear, together, withChosen } from "./merging";
import { assignment, at, incident } from "./sample";

function east(id: string, degrees: number, changes: Partial<Incident> = {}): Incident {
  const position = { lat: -6.98, lon: 110.42 + degrees, accuracy_m: 10, at: null };
  return incident(id, { position, ...changes });
}

function alarm(device: string, id: string): AlarmRecord {
  const { position, place } = incident("x");
  const blank = { received_at: at(0), pressed_at: null, sent_at: null, silent: false, drill: false, flags: [] };
  return { ...blank, id, device, kind: "fire", position, raw_position: null, place };
}

const ids = (one: Incident, ...others: Incident[]) => mergeChoices(one, [one, ...others]).map((c) => c.incident.id);

test("what is near is offered first, and what has no place last", () => {
  expect(ids(east("a", 0), east("far", 0.02), incident("nowhere", { position: null }), east("near", 0.001))).toEqual([
    "near",
    "far",
    "nowhere",
  ]);
});

test("an exercise is never offered for an emergency, nor an emergency for an exercise", () => {
  expect(ids(east("real", 0), east("drill", 0, { drill: true }))).toEqual([]);
  expect(ids(east("drill", 0, { drill: true }), east("real", 0))).toEqual([]);
  expect(ids(east("drill", 0, { drill: true }), east("other", 0, { drill: true }))).toEqual(["other"]);
});

test("what is violent, silent or under duress stays apart", () => {
  const hidden = [east("v", 0, { kind: "violence" }), east("s", 0, { silent: true }), east("d", 0, { duress: true })];
  expect(ids(east("a", 0), ...hidden)).toEqual([]);
  for (const one of hidden) expect(ids(one, east("a", 0))).toEqual([]);
});

test("a click on the map means the incident under the one that asks, never what must stay apart", () => {
  const [one, under, violent] = [east("a", 0), east("b", 0), east("v", 0, { kind: "violence" })];
  const open = new Map([one, under, violent].map((each) => [each.id, each]));
  expect(mergeTarget(one, ["a", "b"], open)).toBe("b");
  expect(mergeTarget(one, ["v", "a"], open)).toBeNull();
  expect(mergeTarget(one, ["gone"], open)).toBeNull();
});

test("what is chosen on the map from outside the list comes before it, and nothing is there twice", () => {
  const [one, near, far] = [east("a", 0), east("near", 0.001), east("far", 0.02)];
  const list = mergeChoices(one, [near]);
  expect(withChosen(list, choiceOf(one, far)).map((choice) => choice.incident.id)).toEqual(["far", "near"]);
  expect(withChosen(list, choiceOf(one, near))).toBe(list);
  expect(withChosen(list, null)).toBe(list);
});

test("the map is to show what lies near, not what is at the other end of the city or nowhere", () => {
  const others = [east("near", 0.001), east("far", 0.02), incident("nowhere", { position: null })];
  expect(spotsNear(mergeChoices(east("a", 0), others))).toEqual([others[0]!.position]);
});

test("it is said how many alarms and officers there are together, and who is done counts no more", () => {
  const one = incident("a", { alarm_count: 2, assignments: [assignment("x"), assignment("y", "clear")] });
  expect(together(one, incident("b", { alarm_count: 3, assignments: [assignment("z", "on_scene")] }))).toEqual({
    alarms: 5,
    officers: 2,
  });
});

test("some alarms are split off by phone and id, never all and never none", () => {
  const alarms = [alarm("d1", "a"), alarm("d2", "a"), alarm("d1", "b")];
  const presses = pressesOf(alarms);
  expect(presses.map((one) => one.phone)).toEqual([1, 2, 1]);
  const [first, second, third] = presses.map((one) => one.key);
  expect(splitBody(alarms, new Set([second!]))).toEqual({ alarms: [{ device: "d2", id: "a" }] });
  expect(splitBody(alarms, new Set())).toBeNull();
  expect(splitBody(alarms, new Set([first!, second!, third!]))).toBeNull();
});
