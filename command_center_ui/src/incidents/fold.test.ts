import { expect, test } from "vitest";
import { difference, foldEvents, fromSnapshot } from "./fold";
import { event, incident, offer } from "./sample";

test("an event's fields are laid over the incident, the others stay", () => {
  const before = fromSnapshot([incident("a", { alarm_count: 4, stage: "received" })]);
  const after = foldEvents(before, [event(2, "a", "offers_made", { stage: "offered", offers: [offer("x")] })]);
  expect(after.get("a")).toMatchObject({ alarm_count: 4, stage: "offered", offers: [{ id: "offer-x" }] });
});

test("an unknown incident is created", () => {
  const after = foldEvents(new Map(), [event(1, "a", "incident_opened", incident("a", { kind: "fire" }))]);
  expect(after.get("a")?.kind).toBe("fire");
});

test("an incident seen for the first time by a later event is created just the same", () => {
  const after = foldEvents(new Map(), [event(7, "a", "alarm_joined", incident("a", { alarm_count: 3 }))]);
  expect(after.get("a")?.alarm_count).toBe(3);
});

test("a hidden incident goes away", () => {
  expect(foldEvents(fromSnapshot([incident("a")]), [event(2, "a", "incident_hidden")]).size).toBe(0);
});

test("a closed incident leaves the open list", () => {
  const closed = event(2, "a", "closed", { status: "closed", stage: "closed", disposition: "resolved" });
  expect(foldEvents(fromSnapshot([incident("a")]), [closed]).size).toBe(0);
});

test("a reopened incident comes back whole", () => {
  const closed = event(2, "a", "closed", { status: "closed" });
  const reopened = event(3, "a", "alarm_joined", incident("a", { status: "open" }));
  expect(foldEvents(fromSnapshot([incident("a")]), [closed, reopened]).has("a")).toBe(true);
});

test("a part of an incident that was never seen whole is not shown", () => {
  expect(foldEvents(new Map(), [event(2, "a", "claimed", { claimed_by: { id: "o", name: "O" } })]).size).toBe(0);
});

test("the map before the events is left as it was", () => {
  const before = fromSnapshot([incident("a")]);
  foldEvents(before, [event(2, "a", "incident_hidden")]);
  expect(before.size).toBe(1);
});

test("the difference names what was put and what is gone, and nothing that stayed", () => {
  const a = incident("a");
  const before = fromSnapshot([a, incident("b"), incident("c")]);
  const after = new Map([
    ["a", a],
    ["b", incident("b", { version: 2 })],
    ["d", incident("d")],
  ]);
  const { put, gone } = difference(before, after);
  expect(put.map((one) => one.id)).toEqual(["b", "d"]);
  expect(gone).toEqual(["c"]);
});
