import { expect, test } from "vitest";
import { dictionary } from "../../i18n/dictionary";
import type { AlarmProgress } from "../../wire";
import { type Outlook, outlookOf } from "./outlook";
import type { Entry } from "./queue";
import { mayCancel, tellingOf } from "./telling";

const ALL: readonly Outlook[] = [
  "none",
  "sending",
  "queued",
  "failed",
  "received",
  "offered",
  "coming",
  "on_scene",
  "left",
  "cancelled",
  "closed",
];
const ALARMING = /polisi|police|petugas|officer|darurat|emergency|bahaya|danger|tolong|help|alarm|tkp|11[02]|komando/i;

function textsOf(outlook: Outlook, silent: boolean): string {
  const { title, sentence } = tellingOf(outlook, silent, null);
  return [...dictionary[title], ...dictionary[sentence]].join(" ");
}

test("nothing that is said of a silent press is alarming, in either language", () => {
  expect(ALL.filter((outlook) => ALARMING.test(textsOf(outlook, true)))).toEqual([]);
  expect(textsOf("received", false)).toMatch(ALARMING);
});

test("a phone that is no longer registered is told so, unless it must be quiet", () => {
  expect(tellingOf("failed", false, "token_unknown").sentence).toBe("resident.failed_401");
  expect(tellingOf("failed", false, "body_invalid").sentence).toBe("resident.failed_other");
  expect(tellingOf("failed", true, "token_unknown").sentence).toBe("resident.quiet_failed_more");
});

test("only what the server has and what is not over can be taken back", () => {
  expect(ALL.filter(mayCancel)).toEqual(["received", "offered", "coming", "on_scene", "left"]);
});

test("whatever else an answer that looks cancelled says, the page is the same", () => {
  const press = { id: "p-1", kind: "crime", silent: false, pressedAt: "", position: null } as const;
  const entry: Entry = { press, progress: "accepted", attempt: 0, dueAt: 0, answer: null, code: null, moved: false };
  const answer = { id: "p-1", stage: "cancelled_by_resident", status: "open", coming: [], flags: [] };
  const somebody = [{ name: "Budi", status: "on_scene", distance_m: 5, eta_s: null }];
  const answers = [answer, { ...answer, coming: somebody }, { ...answer, flags: ["duress"] }] as unknown[];
  const shown = answers.map((one) => outlookOf(entry, one as AlarmProgress, true));
  expect(shown).toEqual(["cancelled", "cancelled", "cancelled"]);
  expect(textsOf("cancelled", false)).not.toMatch(/paksa|duress|force|PIN/i);
});
