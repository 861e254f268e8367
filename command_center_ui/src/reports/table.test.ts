import { expect, test } from "vitest";
import { type Lang, translate } from "../i18n/dictionary";
import type { Say } from "../incidents/place";
import type { ReportGroup, ResponseGroup, ResponseMeasure, ResponseTimes } from "../wire";
import { dayText, durationText, goalText, reportPath, rowsOf } from "./table";

const say =
  (lang: Lang): Say =>
  (word, values) =>
    translate(lang, word, values);

function measure(changes: Partial<ResponseMeasure> = {}): ResponseMeasure {
  return {
    count: 0,
    p50_s: null,
    p90_s: null,
    p95_s: null,
    within_goal: 0,
    late: 0,
    share: null,
    met: null,
    ...changes,
  };
}

function line(key: string, changes: Partial<ResponseGroup> = {}): ResponseGroup {
  return { key, name: key, incidents: 1, claim: measure(), dispatch: measure(), on_scene: measure(), ...changes };
}

function report(group: ReportGroup, ...groups: ResponseGroup[]): ResponseTimes {
  const goal = { within_s: 10, share: 0.9 };
  return {
    from: "2026-10-31T17:00:00Z",
    to: "2026-11-22T17:00:00Z",
    time_zone: "Asia/Jakarta",
    group,
    goals: { claim: goal, dispatch: goal, on_scene: goal },
    total: line("", { incidents: 7 }),
    groups,
  };
}

function names(lang: Lang, group: ReportGroup, ...keys: string[]): string[] {
  return rowsOf(report(group, ...keys.map((key) => line(key))), say(lang), lang).map((row) => row.name);
}

test("the server is asked for what was chosen, and for nothing that was left empty", () => {
  expect(reportPath({ from: "2026-11-01", to: "2026-11-22", group: "hour" })).toBe(
    "/v1/reports/response-times?group=hour&from=2026-11-01&to=2026-11-22",
  );
  expect(reportPath({ from: "", to: "", group: "sector" }, "csv")).toBe(
    "/v1/reports/response-times?group=sector&format=csv",
  );
});

test("every group has a name that people say, and all of them come last", () => {
  expect(names("id", "weekday", "monday", "sunday")).toEqual(["Senin", "Minggu", "Semua"]);
  expect(names("en", "kind", "fire")).toEqual(["Fire", "All"]);
  expect(names("en", "hour", "07")).toEqual(["07.00–07.59", "All"]);
  expect(names("id", "sector", "", "PS-1")).toEqual(["Tanpa wilayah Polsek", "PS-1", "Semua"]);
});

test("a kind that this page does not know yet is shown as it is", () => {
  expect(names("en", "kind", "landslide")).toEqual(["landslide", "All"]);
});

test("the figures stand in their cells, and what is not known is a dash", () => {
  const claim = measure({ count: 3, p50_s: 4.25, p90_s: 61.2, p95_s: 3725, share: 0.8, met: false, late: 2 });
  const [row] = rowsOf(report("kind", line("fire", { claim })), say("id"), "id");
  expect(row?.cells.claim).toEqual({ p50: "4,3 dtk", p90: "1:01", p95: "1:02:05", share: "80 %", met: false, late: 2 });
  expect(row?.cells.on_scene).toEqual({ p50: "–", p90: "–", p95: "–", share: "–", met: null, late: 0 });
});

test("a share just below the goal does not look like the goal", () => {
  const shares = [0.8996, 0.9, 0.29, 1].map((share) => {
    const [row] = rowsOf(report("kind", line("fire", { claim: measure({ share }) })), say("en"), "en");
    return row?.cells.claim.share;
  });
  expect(shares).toEqual(["89 %", "90 %", "29 %", "100 %"]);
});

test("seconds are told to a tenth, and from a minute on as a clock", () => {
  const text = (seconds: number | null) => durationText(seconds, say("en"), "en");
  expect([0, 9.96, 59.4, 59.6, 600, null].map(text)).toEqual(["0.0 s", "10.0 s", "59.4 s", "1:00", "10:00", "–"]);
});

test("goals are said in words", () => {
  expect(goalText({ within_s: 10, share: 0.9 }, say("id"))).toBe("Sasaran: 90 % dalam 10 dtk");
  expect(goalText({ within_s: 60, share: 0.9 }, say("en"))).toBe("Goal: 90 % within 60 s");
  expect(goalText({ within_s: 600, share: 0.9 }, say("en"))).toBe("Goal: 90 % within 10 min");
});

test("the days are the city's, and the last one is within", () => {
  const { from, to, time_zone } = report("kind");
  expect(dayText(from, time_zone, false)).toBe("01.11.2026");
  expect(dayText(to, time_zone, true)).toBe("22.11.2026");
});
