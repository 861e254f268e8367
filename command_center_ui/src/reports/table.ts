/* The report of response times as text for a table. Pure. */
import { type Lang, isWord } from "../i18n/dictionary";
import type { Say } from "../incidents/place";
import { clockText } from "../time/age";
import type { ReportGroup, ResponseGoal, ResponseGroup, ResponseMeasure, ResponseTimes } from "../wire";

export interface Wish {
  /** Days as a date field gives them, 2026-11-22; empty is left to the server. */
  readonly from: string;
  readonly to: string;
  readonly group: ReportGroup;
}

export type Measured = "claim" | "dispatch" | "on_scene";
export const MEASURED: readonly Measured[] = ["claim", "dispatch", "on_scene"];

export interface Cell {
  readonly p50: string;
  readonly p90: string;
  readonly p95: string;
  readonly share: string;
  /** null where nothing can be said yet. */
  readonly met: boolean | null;
  readonly late: number;
}

export interface Row {
  readonly key: string;
  readonly name: string;
  readonly incidents: number;
  readonly cells: Readonly<Record<Measured, Cell>>;
}

export function reportPath(wish: Wish, format?: "csv"): string {
  const query = new URLSearchParams({ group: wish.group });
  if (wish.from !== "") query.set("from", wish.from);
  if (wish.to !== "") query.set("to", wish.to);
  if (format !== undefined) query.set("format", format);
  return `/v1/reports/response-times?${query.toString()}`;
}

/** One row for each group, and that of all at the end. */
export function rowsOf(report: ResponseTimes, say: Say, lang: Lang): Row[] {
  const groups = report.groups.map((line) => rowOf(line, nameOf(line, report.group ?? null, say), say, lang));
  return [...groups, rowOf(report.total, say("report.all"), say, lang)];
}

function rowOf(line: ResponseGroup, name: string, say: Say, lang: Lang): Row {
  const cells = {
    claim: cellOf(line.claim, say, lang),
    dispatch: cellOf(line.dispatch, say, lang),
    on_scene: cellOf(line.on_scene, say, lang),
  };
  return { key: line.key, name, incidents: line.incidents, cells };
}

function cellOf(measure: ResponseMeasure, say: Say, lang: Lang): Cell {
  return {
    p50: durationText(measure.p50_s, say, lang),
    p90: durationText(measure.p90_s, say, lang),
    p95: durationText(measure.p95_s, say, lang),
    share: measure.share === null ? "–" : `${flooredPercent(measure.share)} %`,
    met: measure.met,
    late: measure.late,
  };
}

/** Rounded down: 89.6 % is not yet the 90 % of a goal, and must not look as if it were. */
function flooredPercent(share: number): number {
  return Math.floor(Math.round(share * 10_000) / 100);
}

function nameOf(line: ResponseGroup, group: ReportGroup | null, say: Say): string {
  switch (group) {
    case "sector":
      return line.key === "" ? say("report.no_sector") : line.name;
    case "hour":
      return `${line.key}.00–${line.key}.59`;
    case "kind":
      return known(`kind.${line.key}`, line.key, say);
    case "weekday":
      return known(`weekday.${line.key}`, line.key, say);
    case null:
      return line.key;
  }
}

function known(word: string, otherwise: string, say: Say): string {
  return isWord(word) ? say(word) : otherwise;
}

/** 8,3 dtk; from a minute on as a clock, 2:05. */
export function durationText(seconds: number | null, say: Say, lang: Lang): string {
  if (seconds === null) return "–";
  if (Math.round(seconds) >= 60) return clockText(Math.round(seconds));
  const text = seconds.toFixed(1);
  return say("report.seconds", { count: lang === "id" ? text.replace(".", ",") : text });
}

export function goalText(goal: ResponseGoal, say: Say): string {
  const minutes = goal.within_s / 60;
  const time =
    minutes > 1 && Number.isInteger(minutes)
      ? say("report.minutes", { count: minutes })
      : say("report.seconds", { count: goal.within_s });
  return say("report.goal", { percent: Math.round(goal.share * 100), time });
}

/** The calendar day in the city, as 22.11.2026; of the end, which is no part of the period, the moment before. */
export function dayText(time: string, zone: string, end: boolean): string {
  const at = new Date(Date.parse(time) - (end ? 1 : 0));
  const parts = new Intl.DateTimeFormat("en-GB", { timeZone: zone, day: "2-digit", month: "2-digit", year: "numeric" });
  return parts.format(at).replaceAll("/", ".");
}
