import { expect, test } from "vitest";
import { translate } from "../i18n/dictionary";
import { choicesFor, receiptWord, searchText, whyAsked } from "./offers";
import type { Say } from "./place";
import { assignment, at, escalation, incident, offer, officer } from "./sample";

const say: Say = (word, values) => translate("en", word, values);

test("an offer is received, waits for the receipt, or is silent until a late receipt", () => {
  expect(receiptWord(offer("x"))).toBe("offer.not_received");
  expect(receiptWord(offer("x", "open", { silent: true }))).toBe("offer.silent");
  expect(receiptWord(offer("x", "open", { silent: true, received_at: at(9) }))).toBe("offer.received");
});

test("why an officer was asked is said with distance, sector, age of the position and load", () => {
  expect(whyAsked(offer("x", "open", { load: 2 }), "en", say)).toBe(
    "400 m · own sector · position 0:20 old · open offers elsewhere: 2",
  );
});

test("what is not known about an officer is said, never left out", () => {
  const unknown = { distance_m: null, own_sector: false, position_age_s: null, position_stale: true };
  expect(whyAsked(offer("x", "open", unknown), "en", say)).toBe(
    "distance unknown · another sector · no position · no other offer",
  );
  const stale = offer("x", "open", { position_age_s: 700, position_stale: true });
  expect(whyAsked(stale, "en", say)).toContain("old position (11:40)");
});

test("where officers are looked for is said only while somebody is looked for", () => {
  const wanted = escalation({ places: 2, filled: 1, radius_m: 2000 });
  expect(searchText(wanted, "en", say)).toBe("1 of 2 officers · asking within 2.0 km");
  expect(searchText({ ...wanted, radius_m: null }, "en", say)).toBe("1 of 2 officers · asking in the whole city");
  expect(searchText({ ...wanted, filled: 2 }, "en", say)).toBe("2 of 2 officers");
  expect(searchText({ ...wanted, stopped: true }, "en", say)).toBe("1 of 2 officers · ASKING IS STOPPED");
});

test("the officers to choose from are those on duty who are not asked yet, the free and near first", () => {
  const near = { lat: -6.981, lon: 110.42, accuracy_m: 10, at: at(0) };
  const far = { lat: -7.1, lon: 110.42, accuracy_m: 10, at: at(0) };
  const officers = [
    officer("far", { position: far }),
    officer("lost", { position: null }),
    officer("busy", { position: near, status: "en_route" }),
    officer("stale", { position: near, stale: true }),
    officer("near", { position: near }),
    officer("home", { position: near, status: "off_duty" }),
    officer("asked"),
    officer("going"),
    officer("declined"),
  ];
  const now = incident("a", {
    offers: [offer("asked"), offer("declined", "declined")],
    assignments: [assignment("going")],
  });
  expect(choicesFor(now, officers).map((one) => one.officer.id)).toEqual([
    "declined",
    "near",
    "far",
    "lost",
    "stale",
    "busy",
  ]);
});
