import { expect, test } from "vitest";
import { isDrillAddress } from "./exercise";
import { type Press, bodyOf } from "./queue";

const PRESS: Press = { id: "a", kind: "fire", silent: false, pressedAt: "2026-11-22T03:00:00Z", position: null };

test("only the address of an exercise makes the page one", () => {
  expect(isDrillAddress("?latihan")).toBe(true);
  expect(isDrillAddress("?a=1&latihan=ya")).toBe(true);
  expect(isDrillAddress("")).toBe(false);
  expect(isDrillAddress("?latihanku")).toBe(false);
});

test("a press is an exercise only when it says so, also one that an older page kept", () => {
  expect(bodyOf(PRESS, "")["drill"]).toBe(false);
  expect(bodyOf({ ...PRESS, drill: true }, "")["drill"]).toBe(true);
});
