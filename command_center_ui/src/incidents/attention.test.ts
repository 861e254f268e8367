import { expect, test } from "vitest";
import { attentionOf, mustSound, newlyOpened, sortByNeed } from "./attention";
import { fromSnapshot } from "./fold";
import { assignment, at, incident, offer } from "./sample";

const SARI = { id: "op-1", name: "Sari" };

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

test("who is alone comes before who is asked, and who waited longest comes first among equals", () => {
  const list = [
    incident("asked", { opened_at: at(0), offers: [offer("x")] }),
    incident("young", { opened_at: at(9) }),
    incident("old", { opened_at: at(1) }),
  ];
  expect(sortByNeed(list).map((one) => one.id)).toEqual(["old", "young", "asked"]);
});

test("a drill waits behind the real ones of its group", () => {
  const list = [incident("drill", { drill: true, opened_at: at(0) }), incident("real", { opened_at: at(5) })];
  expect(sortByNeed(list).map((one) => one.id)).toEqual(["real", "drill"]);
});

test("a doubtful phone's incident is listed after its equals, never after what is less urgent, and never left out", () => {
  const standing = { trust: "doubtful", genuine: 0, false_alarms: 1, pranks: 2 } as const;
  const list = [
    incident("doubtful", { kind: "fire", standing, opened_at: at(0) }),
    incident("equal", { kind: "fire", opened_at: at(5) }),
    incident("lesser", { kind: "disaster", opened_at: at(0) }),
  ];
  expect(sortByNeed(list).map((one) => one.id)).toEqual(["equal", "doubtful", "lesser"]);
  expect(mustSound(fromSnapshot(list.slice(0, 1)))).toBe(true);
});

test("the console sounds while an unclaimed incident has nobody", () => {
  expect(mustSound(fromSnapshot([incident("a")]))).toBe(true);
  expect(mustSound(fromSnapshot([incident("a", { claimed_by: SARI })]))).toBe(false);
  expect(mustSound(fromSnapshot([incident("a", { offers: [offer("x")] })]))).toBe(false);
  expect(mustSound(fromSnapshot([incident("a", { drill: true })]))).toBe(false);
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
