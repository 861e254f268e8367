import { expect, test } from "vitest";
import { fromSnapshot } from "./fold";
import { offersTo, taskOf } from "./mine";
import { T0, assignment, at, incident, offer } from "./sample";

test("an officer sees only their own open offers, the most pressing first", () => {
  const incidents = fromSnapshot([
    incident("a", { offers: [offer("me", "open", { id: "late", expires_at: at(60) }), offer("other")] }),
    incident("b", { offers: [offer("me", "open", { id: "soon", expires_at: at(20) })] }),
    incident("c", { offers: [offer("me", "declined")] }),
  ]);
  expect(offersTo("me", incidents, T0).map((one) => one.offer.id)).toEqual(["soon", "late"]);
});

test("an offer whose time is over is not shown, even before the server says so", () => {
  const incidents = fromSnapshot([incident("a", { offers: [offer("me")] })]);
  expect(offersTo("me", incidents, T0 + 29_999)).toHaveLength(1);
  expect(offersTo("me", incidents, T0 + 30_000)).toEqual([]);
});

test("a task lasts until it is clear", () => {
  const going = fromSnapshot([incident("a", { assignments: [assignment("me")] })]);
  expect(taskOf("me", going)?.assignment.id).toBe("assignment-me");
  expect(taskOf("other", going)).toBeNull();
  expect(taskOf("me", fromSnapshot([incident("a", { assignments: [assignment("me", "clear")] })]))).toBeNull();
});

test("a real offer stands above an exercise's, however little time that has", () => {
  const ends = (seconds: number) => ({ expires_at: at(seconds) });
  const drill = incident("drill", { drill: true, offers: [offer("x", "open", ends(5))] });
  const real = incident("real", { offers: [offer("x", "open", ends(60))] });
  const found = offersTo("x", fromSnapshot([drill, real]), T0);
  expect(found.map((one) => one.incident.id)).toEqual(["real", "drill"]);
});
