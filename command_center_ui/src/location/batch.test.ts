import { expect, test } from "vitest";
import { NO_BATCH, isDue, sending, sent, withFix } from "./batch";

const fix = (lat: number) => ({ lat, lon: 110, accuracy_m: 5, at: null });

test("the first fix goes out at once, the next at the earliest five seconds later", () => {
  let batch = withFix(NO_BATCH, fix(1));
  expect(isDue(batch, 0)).toBe(true);
  batch = withFix(sent(sending(batch, 0), 1, true), fix(2));
  expect(isDue(batch, 4_999)).toBe(false);
  expect(isDue(batch, 5_000)).toBe(true);
});

test("without a fix there is nothing to send", () => {
  expect(isDue(NO_BATCH, 99_000)).toBe(false);
});

test("what is on its way is not sent twice, and what came meanwhile waits", () => {
  let batch = sending(withFix(NO_BATCH, fix(1)), 0);
  batch = withFix(batch, fix(2));
  expect(isDue(batch, 9_000)).toBe(false);
  expect(sent(batch, 1, true).waiting).toEqual([fix(2)]);
});

test("fixes that did not arrive are kept, but not for ever", () => {
  let batch = sent(sending(withFix(NO_BATCH, fix(1)), 0), 1, false);
  expect(batch.waiting).toEqual([fix(1)]);
  for (let lat = 2; lat <= 80; lat += 1) batch = withFix(batch, fix(lat));
  expect(batch.waiting).toHaveLength(60);
  expect(batch.waiting.at(-1)).toEqual(fix(80));
});
