import { expect, test } from "vitest";
import { attentionOf, deserted, mustSound, newlyOpened, realOf, sortByNeed } from "./attention";
import { fromSnapshot } from "./fold";
import { assignment, at, escalation, incident, offer } from "./sample";

const SARI = { id: "op-1", name: "Sari" };
const NOBODY = escalation({ nobody_left_since: at(30) });

test("an incident is alone until somebody is asked, and asked until somebody comes", () => {
  expect(attentionOf(incident("a"))).toBe("alone");
  expect(attentionOf(incident("a", { offers: [offer("x")] }))).toBe("asked");
  expect(attentionOf(incident("a", { offers: [offer("x", "accepted")], assignments: [assignment("x")] }))).toBe(
    "unclaimed",
  );
  expect(attentionOf(incident("a", { claimed_by: SARI, assignments: [assignment("x")] }))).toBe("attended");
});

test("offers that expired and officers who have left do not count as help", () => {
  const left = incident("a", { offers: [offer("x", "expired")], assignments: [assignment("y", "clear")] });
  expect(attentionOf(left)).toBe("alone");
});

test("when everybody who was wanted has been there, it waits to be closed, behind all that still needs somebody", () => {
  const left = { assignments: [assignment("x", "clear")], escalation: escalation({ places: 1, filled: 1 }) };
  const done = incident("done", { ...left, opened_at: at(0) });
  expect(attentionOf(done)).toBe("done");
  expect(attentionOf({ ...done, escalation: escalation({ places: 2, filled: 1 }) })).toBe("alone");
  const attended = incident("attended", { claimed_by: SARI, assignments: [assignment("y")], opened_at: at(9) });
  expect(sortByNeed([done, attended]).map((one) => one.id)).toEqual(["attended", "done"]);
});

test("who is alone comes before who is asked, and who waited longest comes first among equals", () => {
  const list = [
    incident("asked", { opened_at: at(0), offers: [offer("x")] }),
    incident("young", { opened_at: at(9) }),
    incident("old", { opened_at: at(1) }),
  ];
  expect(sortByNeed(list).map((one) => one.id)).toEqual(["old", "young", "asked"]);
});

test("an exercise waits behind everything real, however little that needs", () => {
  const attended = incident("real", { opened_at: at(5), claimed_by: SARI, assignments: [assignment("x", "on_scene")] });
  const list = [incident("drill", { drill: true, escalation: NOBODY, opened_at: at(0) }), attended];
  expect(sortByNeed(list).map((one) => one.id)).toEqual(["real", "drill"]);
  expect(realOf(fromSnapshot(list)).map((one) => one.id)).toEqual(["real"]);
});

test("a doubtful phone's incident is listed after its equals, never after what is less urgent, and never left out", () => {
  const standing = { trust: "doubtful", genuine: 0, false_alarms: 1, pranks: 2 } as const;
  const list = [
    incident("doubtful", { kind: "fire", standing, opened_at: at(0) }),
    incident("equal", { kind: "fire", opened_at: at(5) }),
    incident("lesser", { kind: "disaster", opened_at: at(0) }),
  ];
  expect(sortByNeed(list).map((one) => one.id)).toEqual(["equal", "doubtful", "lesser"]);
  expect(mustSound(fromSnapshot([{ ...list[0]!, escalation: NOBODY }]))).toBe(true);
});

test("the console sounds while a real incident has nobody left, until the server takes the mark back", () => {
  const left = incident("a", { escalation: NOBODY });
  expect(mustSound(fromSnapshot([left]))).toBe(true);
  expect(mustSound(fromSnapshot([incident("a", { escalation: escalation() })]))).toBe(false);
  expect(mustSound(fromSnapshot([{ ...left, drill: true }]))).toBe(false);
});

test("who was claimed and forgotten, or waits for a phone that stays silent, sounds as well", () => {
  const claimed = incident("a", { escalation: NOBODY, claimed_by: SARI });
  const silent = incident("b", { escalation: NOBODY, offers: [offer("x", "open", { silent: true })] });
  expect(mustSound(fromSnapshot([claimed]))).toBe(true);
  expect(mustSound(fromSnapshot([silent]))).toBe(true);
});

test("who has nobody left is listed above everybody else, and real before exercise", () => {
  const list = [
    incident("alone", { kind: "fire", opened_at: at(0) }),
    incident("drill", { drill: true, escalation: NOBODY }),
    incident("left", { kind: "disaster", opened_at: at(9), escalation: NOBODY, assignments: [assignment("x")] }),
  ];
  expect(sortByNeed(list).map((one) => one.id)).toEqual(["left", "alone", "drill"]);
  expect(deserted(fromSnapshot(list)).map((one) => one.id)).toEqual(["left"]);
});

test("only incidents that were not there before are new", () => {
  const before = fromSnapshot([incident("a")]);
  const after = fromSnapshot([incident("a", { version: 2 }), incident("b"), incident("c", { drill: true })]);
  expect(newlyOpened(before, after).map((one) => one.id)).toEqual(["b"]);
});

test("a more dangerous kind comes before an older but milder one", () => {
  const list = [
    incident("mild", { kind: "disaster", opened_at: at(0) }),
    incident("fire", { kind: "fire", opened_at: at(9) }),
  ];
  expect(sortByNeed(list).map((one) => one.id)).toEqual(["fire", "mild"]);
});
