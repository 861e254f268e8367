import { expect, test } from "vitest";
import { translate } from "../i18n/dictionary";
import type { TimelineEntry } from "../wire";
import { type Say, placeAround, placeBeside, placeTitle } from "./place";
import { at, incident } from "./sample";
import { linesOf } from "./timeline";

const say: Say = (word, values) => translate("en", word, values);

function entry(seq: number, kind: string, data: unknown): TimelineEntry {
  return { seq, kind, at: at(seq), actor: null, data };
}

const BUDI = { id: "o-1", name: "Budi" };

test("the newest entry comes first", () => {
  const lines = linesOf(
    incident("a"),
    [entry(1, "incident_opened", {}), entry(2, "noted", { operator: BUDI, text: "Seen" })],
    say,
  );
  expect(lines.map((line) => line.seq)).toEqual([2, 1]);
  expect(lines[0]).toMatchObject({ title: "Note by Budi", text: "Seen" });
});

test("an entry that names only an offer is read with the name from the entry that made it", () => {
  const opened = entry(1, "incident_opened", {
    offers: [{ id: "f-1", officer: BUDI }],
    told: [{ person: { id: "r", name: "Bu RT" } }],
  });
  const lines = linesOf(incident("a"), [opened, entry(2, "offers_expired", { offer_ids: ["f-1"] })], say);
  expect(lines[0]?.title).toBe("Not answered by Budi");
  expect(lines[1]?.more).toBe("Offered to Budi. Bu RT told");
});

test("an alarm that found no free officer says so", () => {
  expect(linesOf(incident("a"), [entry(1, "incident_opened", { offers: [] })], say)[0]?.more).toBe(
    "No officer was free",
  );
});

test("a closing says how it ended, and what the operator wrote", () => {
  const closed = entry(3, "closed", { operator: BUDI, disposition: "prank", note: "Child" });
  expect(linesOf(incident("a"), [closed], say)[0]).toMatchObject({ title: "Closed: Prank", text: "Child" });
});

test("what the neighbourhood answers, and who is told when nobody there does, is said in words", () => {
  const told = entry(1, "incident_opened", { told: [{ person: { id: "r", name: "Bu RT" } }] });
  const rt = { code: "RT", name: "RT 03" };
  const above = { silent: [rt], told: [{ person: { id: "rw", name: "Pak RW" } }] };
  const lines = linesOf(
    incident("a"),
    [
      told,
      entry(2, "representative_answered", { person_id: "r", coming: true }),
      entry(3, "representative_answered", { person_id: "r", coming: false }),
      entry(4, "neighbours_told", above),
      entry(5, "neighbours_told", { silent: [rt], told: [] }),
      entry(6, "place_shared", { operator: BUDI, shared: true, reason: "Find the well" }),
      entry(7, "closed", { operator: BUDI, disposition: "resolved", all_clear: ["r", "rw"] }),
    ],
    say,
  ).reverse();
  expect(lines.slice(1).map((line) => line.title)).toEqual([
    "Bu RT is coming",
    "Bu RT cannot come",
    "RT 03 has not received the news, Pak RW told",
    "RT 03 has not received the news, and nobody is left to tell",
    "Budi shared the exact place with the neighbourhood",
    "Closed: Resolved",
  ]);
  expect(lines[5]?.text).toBe("Find the well");
  expect(lines[6]?.more).toBe("All clear to Bu RT, Pak RW");
});

const sources: Record<string, string> = import.meta.glob("../../../dispatch/events.py", {
  query: "?raw",
  import: "default",
  eager: true,
});

/** Every member of `Event` in dispatch/events.py, named as the journal names it. */
function kindsOfTheServer(): string[] {
  const union = /^Event = \(([^)]*)\)/m.exec(Object.values(sources).join("\n"))?.[1] ?? "";
  return [...union.matchAll(/\w+/g)].map(([name]) => name.replace(/(?!^)([A-Z])/g, "_$1").toLowerCase());
}

test("every kind of event that the server journals has words in the timeline", () => {
  const kinds = kindsOfTheServer();
  expect(kinds).toContain("escalation_stopped");
  expect(kinds.length).toBeGreaterThan(30);
  const wordless = kinds.filter((kind) => linesOf(incident("a"), [entry(1, kind, {})], say)[0]?.title === kind);
  expect(wordless).toEqual([]);
});

test("the escalation's steps are told with who was silent, who was told, and what an operator decided and why", () => {
  const ANI = { id: "op", name: "Ani" };
  const lines = linesOf(
    incident("a"),
    [
      entry(1, "officer_offered", { offers: [{ id: "f-1", officer: BUDI }], operator: ANI, reason: "Knows the alley" }),
      entry(2, "offers_silent", { offer_ids: ["f-1"] }),
      entry(3, "offer_declined", { offer_id: "f-1", officer_id: "o-1", reason: "no_vehicle" }),
      entry(4, "offer_declined", { offer_id: "f-1", officer_id: "o-1", reason: "Flood on my side" }),
      entry(5, "supervisors_told", { level: 1, people: [{ id: "s", name: "Pak Agus" }] }),
      entry(6, "supervisors_told", { level: 2, people: [] }),
      entry(7, "officer_withdrawn", { offer_id: "f-1", officer: BUDI, operator: ANI, reason: "Too far" }),
      entry(8, "places_changed", { operator: ANI, places: 3, reason: "Two suspects", withdrawn: [] }),
      entry(9, "escalation_stopped", { operator: ANI, reason: "By radio" }),
    ],
    say,
  ).reverse();
  expect(lines.map((line) => [line.title, line.text])).toEqual([
    ["Ani chose to ask Budi", "Knows the alley"],
    ["No receipt from Budi’s phone, the next is asked", ""],
    ["Budi declined", "No vehicle"],
    ["Budi declined", "Flood on my side"],
    ["No operator had claimed it, Pak Agus told", ""],
    ["No operator had claimed it, and there is no supervisor to tell", ""],
    ["Ani withdrew Budi", "Too far"],
    ["Ani: officers wanted: 3", "Two suspects"],
    ["Ani stopped asking further officers", "By radio"],
  ]);
});

test("a forced cancel says what gave it away, and an exercise that it was left for an emergency", () => {
  const lines = linesOf(
    incident("a"),
    [
      entry(1, "cancelled_under_duress", { because: "pins_first_set" }),
      entry(2, "cancelled_under_duress", { because: "of a later version" }),
      entry(3, "assignment_changed", { officer_id: "o-1", status: "clear", called_away: true }),
      entry(4, "assignment_changed", { officer_id: "o-1", status: "clear", called_away: false }),
    ],
    say,
  ).reverse();
  expect(lines.map((line) => line.more)).toEqual([
    "The PINs were first set after the alarm: perhaps forced, perhaps a mistaken press",
    "",
    "Left the exercise for an emergency",
    "",
  ]);
});

test("a kind that this version does not know is shown as it is", () => {
  expect(linesOf(incident("a"), [entry(1, "escalated", {})], say)[0]?.title).toBe("escalated");
});

test("a place is called by the finest part that is known", () => {
  const { place } = incident("a");
  expect(placeTitle(place, say)).toBe("RT 03 RW 05 Miroto");
  expect(placeTitle({ ...place, rt: null }, say)).toBe("Miroto");
  expect(placeTitle({ ...place, rt: null, village: null, sure: "outside" }, say)).toBe("Outside the city's map");
  expect(placeTitle({ ...place, rt: null, village: null, sure: "unlocated" }, say)).toBe("Location unknown");
});

test("what is around a place does not repeat its name", () => {
  const { place } = incident("a");
  expect(placeAround({ ...place, district: { code: "D", name: "Tengah" } }, say)).toBe("Kec. Tengah");
  const far = { ...place, rt: { code: "R", name: "RT 03 RW 05" }, district: { code: "D", name: "Tengah" } };
  expect(placeAround(far, say)).toBe("Kel. Miroto · Kec. Tengah");
  expect(placeAround({ ...place, rt: null }, say)).toBe("");
  expect(placeBeside(far, say)).toBe("Kel. Miroto · Tengah");
  expect(placeBeside({ ...far, district: null }, say)).toBe("Kel. Miroto");
});
