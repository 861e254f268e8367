import { expect, test } from "vitest";
import type { TimelineEntry } from "../wire";
import { isUndoable, kinOf, undoOf } from "./kin";
import { at, incident } from "./sample";

const operator = { id: "op-1", name: "Sari" };

function entry(seq: number, kind: TimelineEntry["kind"], data: object): TimelineEntry {
  return { seq, kind, at: at(seq), actor: null, data };
}

test("an incident that took another in gives it back by a split", () => {
  const target = incident("b");
  const [kin] = kinOf(target, [entry(4, "incident_merged", { operator, source_id: "a" })]);
  expect(kin).toEqual({ bond: "took_in", id: "a", at: at(4), by: "Sari" });
  expect(undoOf(target, kin!)).toEqual({ path: "/v1/incidents/b/split", body: { incident_id: "a" } });
});

test("what was given back is no kin any more, and taken in again it is", () => {
  const [took, gave] = [
    entry(4, "incident_merged", { operator, source_id: "a" }),
    entry(5, "incident_let_go", { operator, source_id: "a" }),
  ];
  expect(kinOf(incident("b"), [took!, gave!])).toEqual([]);
  expect(kinOf(incident("b"), [took!, gave!, { ...took!, seq: 6 }])).toHaveLength(1);
});

test("a merged incident names where it went, and is taken out of that one again", () => {
  const source = incident("a", { status: "closed", disposition: "duplicate", merged_into: "b" });
  const [kin] = kinOf(source, [entry(3, "merged_into", { operator, target_id: "b" })]);
  expect(kin).toMatchObject({ bond: "went_into", id: "b", by: "Sari" });
  expect(undoOf(source, kin!)).toEqual({ path: "/v1/incidents/b/split", body: { incident_id: "a" } });
  expect(isUndoable(source, kin!)).toBe(true);
});

test("a split is undone by a merge from either side", () => {
  const [made, rest] = [incident("new"), incident("old")];
  const [from] = kinOf(made, [entry(7, "incident_opened", { alarm_id: "x", split_from: "old" })]);
  const [off] = kinOf(rest, [entry(6, "alarms_split_off", { operator, new_incident: "new" })]);
  const merge = { path: "/v1/incidents/new/merge", body: { into: "old" } };
  expect([from?.bond, off?.bond]).toEqual(["split_from", "split_off"]);
  expect(undoOf(made, from!)).toEqual(merge);
  expect(undoOf(rest, off!)).toEqual(merge);
});

test("a split that was merged back is a merge, and is named once", () => {
  const timeline = [
    entry(6, "alarms_split_off", { operator, new_incident: "new" }),
    entry(8, "incident_merged", { operator, source_id: "new" }),
  ];
  expect(kinOf(incident("old"), timeline).map((one) => one.bond)).toEqual(["took_in"]);
  const back = incident("new", { status: "closed", merged_into: "old" });
  const opened = entry(6, "incident_opened", { split_from: "old" });
  expect(kinOf(back, [opened, entry(8, "merged_into", { operator })]).map((one) => one.bond)).toEqual(["went_into"]);
});

test("of a closed incident nothing is taken out or put in", () => {
  const closed = incident("b", { status: "closed" });
  const kin = kinOf(closed, [entry(4, "incident_merged", { operator, source_id: "a" })]);
  expect(kin.map((one) => isUndoable(closed, one))).toEqual([false]);
});

test("an incident that nobody merged or split has no kin", () => {
  expect(kinOf(incident("a"), [entry(1, "incident_opened", { alarm_id: "x" })])).toEqual([]);
});
