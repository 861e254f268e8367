import { expect, test } from "vitest";
import type { AlarmProgress } from "../../wire";
import { outlookOf } from "./outlook";
import type { Entry } from "./queue";

const ENTRY: Entry = {
  press: { id: "p-1", kind: "emergency", silent: false, pressedAt: "", position: null },
  progress: "waiting",
  attempt: 0,
  dueAt: 0,
  answer: null,
  code: null,
  moved: false,
};

const ACCEPTED: Entry = { ...ENTRY, progress: "accepted" };

function progress(stage: AlarmProgress["stage"], status: AlarmProgress["status"] = "open"): AlarmProgress {
  const coming = [{ name: "Budi", status: "on_scene", distance_m: 5, eta_s: null }];
  return { id: "p-1", stage, status, coming } as unknown as AlarmProgress;
}

test("the first try is called sending, every later one says that it is not sent yet", () => {
  expect(outlookOf(ENTRY, null, true)).toBe("sending");
  expect(outlookOf({ ...ENTRY, attempt: 1 }, null, true)).toBe("queued");
});

test("a phone that knows it is offline says so at once", () => {
  expect(outlookOf(ENTRY, null, false)).toBe("queued");
});

test("received is only said after the server's yes", () => {
  expect(outlookOf({ ...ENTRY, progress: "sending" }, null, true)).toBe("sending");
  expect(outlookOf(ACCEPTED, null, true)).toBe("received");
});

test("the stages follow what the server says about this press, not about an older one", () => {
  expect(outlookOf(ACCEPTED, progress("accepted"), true)).toBe("coming");
  expect(outlookOf(ACCEPTED, progress("on_scene"), true)).toBe("on_scene");
  expect(outlookOf(ACCEPTED, progress("closed", "closed"), true)).toBe("closed");
  expect(outlookOf(ACCEPTED, { ...progress("accepted"), id: "older" }, true)).toBe("received");
});

test("when whoever came has left again, nobody is said to be there", () => {
  const there = progress("on_scene");
  expect(outlookOf(ACCEPTED, { ...there, coming: [] }, true)).toBe("left");
  const clear = there.coming.map((one) => ({ ...one, status: "clear" as const }));
  expect(outlookOf(ACCEPTED, { ...there, coming: clear }, true)).toBe("left");
});

test("a refused press is never called sent", () => {
  expect(outlookOf({ ...ENTRY, progress: "refused" }, null, true)).toBe("failed");
});
