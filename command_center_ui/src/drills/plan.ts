/* Exercises as an operator plans and follows them: what the form means, and where each exercise stands. Pure. */
import type { AreaProperties } from "../map/city";
import type { Area, Drill, Kind } from "../wire";

/** The whole city, or one area of this level. */
export type Scope = "city" | "sector" | "village" | "rt";

const SCOPES: readonly Scope[] = ["city", "sector", "village", "rt"];
/** The server's own bounds (panic_server/wire/drills.py). */
export const ALARMS_MAX = 50;
export const MINUTES_MAX = 1440;

export interface Plan {
  readonly name: string;
  readonly scope: Scope;
  /** The code of the chosen area; empty while none is chosen. */
  readonly area: string;
  readonly kind: Kind;
  readonly alarms: number;
  /** As a `datetime-local` field has it, in this device's time; empty for now. */
  readonly startsAt: string;
  readonly minutes: number;
}

/** What goes to the server; null while something is missing. An RT has one alarm: each needs an RT of its own. */
export function planBody(plan: Plan): object | null {
  const name = plan.name.trim();
  const area = plan.scope === "city" ? null : plan.area;
  const starts = plan.startsAt === "" ? null : Date.parse(plan.startsAt);
  const alarms = plan.scope === "rt" ? 1 : plan.alarms;
  if (name === "" || area === "" || Number.isNaN(starts)) return null;
  if (!isWithin(alarms, ALARMS_MAX) || !isWithin(plan.minutes, MINUTES_MAX)) return null;
  const starts_at = starts === null ? null : new Date(starts).toISOString();
  return { name, area, kind: plan.kind, alarms, starts_at, minutes: plan.minutes };
}

function isWithin(number: number, most: number): boolean {
  return Number.isInteger(number) && number >= 1 && number <= most;
}

export type Phase = "running" | "planned" | "over";

/** The page's clock moves once a second, and what was begun just now must not be called planned until then. */
const TICK_MS = 1000;

export function phaseOf(drill: Drill, nowMs: number): Phase {
  if (drill.ended_at !== null) return "over";
  return Date.parse(drill.starts_at) <= nowMs + TICK_MS ? "running" : "planned";
}

const ORDER: Record<Phase, number> = { running: 0, planned: 1, over: 2 };
/** Enough to see what was exercised lately; the older ones are history. */
const OVER_SHOWN = 5;

/** What runs first, then what comes next, then the last few that are over. */
export function shownDrills(drills: readonly Drill[], nowMs: number): Drill[] {
  const over = drills.filter((one) => phaseOf(one, nowMs) === "over").slice(0, OVER_SHOWN);
  const alive = drills.filter((one) => phaseOf(one, nowMs) !== "over");
  return [...alive, ...over].sort(
    (a, b) =>
      ORDER[phaseOf(a, nowMs)] - ORDER[phaseOf(b, nowMs)] ||
      (phaseOf(a, nowMs) === "over" ? -1 : 1) * (Date.parse(a.starts_at) - Date.parse(b.starts_at)),
  );
}

export interface ListedArea extends AreaProperties {
  readonly parent?: string | null;
}

/** The RT of a kelurahan, whether or not there is an RW between. */
export function rtsOf(village: string, rws: readonly ListedArea[], rts: readonly ListedArea[]): ListedArea[] {
  const parents = new Set([village, ...rws.filter((one) => one.parent === village).map((one) => one.code)]);
  return byName(rts.filter((one) => one.parent && parents.has(one.parent)));
}

/** RT 2 comes before RT 10. Where sectors lie over each other the same area may come twice: it is listed once. */
export function byName(areas: readonly ListedArea[]): ListedArea[] {
  const once = new Map(areas.map((one) => [one.code, one]));
  return [...once.values()].sort((a, b) => a.name.localeCompare(b.name, "id", { numeric: true }));
}

/** Whoever answers for some sectors alone exercises in them alone, and never in the whole city. */
export function scopesFor(own: readonly Area[]): readonly Scope[] {
  return own.length === 0 ? SCOPES : SCOPES.filter((one) => one !== "city");
}
