import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Tracker } from "./tracker.svelte";

const fix = (second: number) => ({ lat: -7, lon: 110, accuracy_m: 8, at: new Date(second * 1000).toISOString() });
const answers: Array<() => Response> = [];
const posted: Array<{ path: string; seconds: number[] }> = [];
const store = new Map<string, string>();

const yes = () => Response.json({ accepted: 1, rejected: 0, until: null });
const closed = () => Response.json({ code: "incident_closed" }, { status: 409 });
const noNetwork = () => {
  throw new TypeError("no network");
};

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date", "performance"], now: 1_000_000 });
  vi.stubGlobal("localStorage", {
    getItem: (key: string) => store.get(key) ?? null,
    setItem: (key: string, text: string) => store.set(key, text),
    removeItem: (key: string) => store.delete(key),
  });
  vi.stubGlobal("fetch", async (path: string, options: { body: string }) => {
    const { positions } = JSON.parse(options.body) as { positions: Array<{ at: string }> };
    posted.push({ path, seconds: positions.map((one) => Date.parse(one.at) / 1000) });
    return (answers.shift() ?? yes)();
  });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  for (const list of [answers, posted]) list.length = 0;
  store.clear();
});

function opened(asked = () => undefined): Tracker {
  return new Tracker("token", "resident-1", asked);
}

async function passes(tracker: Tracker, seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second += 1) {
    vi.advanceTimersByTime(1_000);
    tracker.tick();
    await new Promise((resolve) => setTimeout(resolve));
  }
}

test("it sends from the server's yes on, keeps what did not arrive, and stops when the incident is closed", async () => {
  const tracker = opened();
  tracker.begin("p-1");
  tracker.saw(fix(1));
  await passes(tracker, 6);
  expect(posted).toEqual([]);

  answers.push(noNetwork);
  tracker.taken("p-1");
  await passes(tracker, 1);
  tracker.saw(fix(2));
  await passes(tracker, 6);
  tracker.saw(fix(3));
  answers.push(closed);
  await passes(tracker, 6);
  tracker.saw(fix(4));
  await passes(tracker, 60);

  expect(posted.map((one) => one.seconds)).toEqual([[1], [1, 2], [3]]);
  expect(posted[0]?.path).toBe("/v1/alarms/p-1/positions");
  expect(store.size).toBe(0);
});

test("a page that is opened again sends what the last one could not", async () => {
  const first = opened();
  first.begin("p-1");
  first.taken("p-1");
  answers.push(noNetwork);
  first.saw(fix(1));
  await passes(first, 1);

  await passes(opened(), 1);

  expect(posted.map((one) => one.seconds)).toEqual([[1], [1]]);
});

test("after a cancel it goes on for fifteen minutes and not longer", async () => {
  const tracker = opened();
  tracker.begin("p-1");
  tracker.taken("p-1");
  tracker.cancelled("p-1");
  vi.advanceTimersByTime(14 * 60_000);
  tracker.saw(fix(1));
  await passes(tracker, 1);
  vi.advanceTimersByTime(60_000);
  tracker.saw(fix(2));
  await passes(tracker, 6);
  expect(posted.map((one) => one.seconds)).toEqual([[1]]);
});

test("a phone that lies still is asked anew, but only while somebody needs to know", async () => {
  const asked = vi.fn(() => undefined);
  const tracker = opened(asked);
  await passes(tracker, 60);
  expect(asked).not.toHaveBeenCalled();
  tracker.begin("p-1");
  await passes(tracker, 41);
  expect(asked).toHaveBeenCalledTimes(3);
});
