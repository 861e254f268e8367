import { expect, test } from "vitest";
import { translate } from "../i18n/dictionary";
import type { TimelineEntry } from "../wire";
import { type Say, placeAround, placeTitle } from "./place";
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
});
