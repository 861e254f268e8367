import { expect, test } from "vitest";
import { T0, at, incident } from "../incidents/sample";
import { Watch } from "./watch";

const NOBODY: ReadonlySet<string> = new Set();
const SOON = T0 + 5_000;

test("a new incident is beaten once", () => {
  const watch = new Watch();
  const fire = incident("a", { kind: "fire" });
  const order = watch.next([fire], NOBODY, SOON);
  expect(order).toEqual({ incidentId: "a", beat: "fire" });
  if (order) watch.heard(order, SOON);
  expect(watch.next([fire], NOBODY, SOON + 60_000)).toBeNull();
});

test("two at once are beaten one after the other, and neither silences the other", () => {
  const watch = new Watch();
  const both = [incident("a", { kind: "crime" }), incident("b", { kind: "fire", opened_at: at(3) })];
  const first = watch.next(both, NOBODY, SOON);
  if (first) watch.heard(first, SOON);
  expect([watch.isSounding(SOON + 19_000), watch.next(both, NOBODY, SOON + 19_000)]).toEqual([true, null]);
  expect([watch.isSounding(SOON + 20_000), watch.next(both, NOBODY, SOON + 20_000)?.incidentId]).toEqual([false, "a"]);
});

test("what the browser held back is struck up as soon as it may sound", () => {
  const watch = new Watch();
  const fire = incident("a", { kind: "fire" });
  watch.next([fire], NOBODY, SOON);
  expect(watch.next([fire], NOBODY, SOON + 1_000)).not.toBeNull();
});

test("the newest comes first, and old news makes no noise", () => {
  const watch = new Watch();
  const both = [incident("a", { kind: "crime" }), incident("b", { kind: "fire", opened_at: at(3) })];
  expect(watch.next(both, NOBODY, SOON)?.incidentId).toBe("b");
  expect(watch.next(both, NOBODY, T0 + 200_000)).toBeNull();
});

test("what was answered is not beaten", () => {
  expect(new Watch().next([incident("a")], new Set(["a"]), SOON)).toBeNull();
});

test("violence is not beaten, and does not keep another incident from it", () => {
  const both = [incident("a", { kind: "crime" }), incident("b", { kind: "violence", opened_at: at(3) })];
  expect(new Watch().next(both, NOBODY, SOON)).toEqual({ incidentId: "a", beat: "theft" });
});

test("it stops when it was answered, is over, or turns out to be violence", () => {
  const fire = incident("a", { kind: "fire" });
  const beating = () => {
    const watch = new Watch();
    const order = watch.next([fire], NOBODY, SOON);
    if (order) watch.heard(order, SOON);
    return watch;
  };
  expect(beating().mustHush([fire], NOBODY)).toBe(false);
  expect(beating().mustHush([fire], new Set(["a"]))).toBe(true);
  expect(beating().mustHush([], NOBODY)).toBe(true);
  expect(beating().mustHush([{ ...fire, kind: "violence" }], NOBODY)).toBe(true);
});
