import { expect, test } from "vitest";
import { at, T0 } from "../incidents/sample";
import type { Drill } from "../wire";
import { type Plan, byName, phaseOf, planBody, rtsOf, scopesFor, shownDrills } from "./plan";

const PLAN: Plan = {
  name: " Latihan kebakaran ",
  scope: "sector",
  area: "PS-1",
  kind: "fire",
  alarms: 5,
  startsAt: "",
  minutes: 60,
};

function drill(id: string, startsS: number, endedS: number | null = null): Drill {
  const planned_by = { id: "op-1", name: "Sari" };
  const [starts_at, ends_at, ended_at] = [at(startsS), at(startsS + 600), endedS === null ? null : at(endedS)];
  return { id, name: id, area: null, kind: "fire", alarms: 1, planned_by, starts_at, ends_at, ended_at };
}

test("a plan becomes what the server asks for", () => {
  const body = { name: "Latihan kebakaran", area: "PS-1", kind: "fire", alarms: 5, starts_at: null, minutes: 60 };
  expect(planBody(PLAN)).toEqual(body);
  expect(planBody({ ...PLAN, scope: "city" })).toEqual({ ...body, area: null });
  expect(planBody({ ...PLAN, scope: "rt", area: "RT-1" })).toEqual({ ...body, area: "RT-1", alarms: 1 });
});

test("a time is this device's, and goes out in UTC", () => {
  const local = "2026-11-22T09:30";
  expect(planBody({ ...PLAN, startsAt: local })).toMatchObject({ starts_at: new Date(local).toISOString() });
});

test("a plan that lacks something is not sent", () => {
  const bad: Partial<Plan>[] = [
    { name: " " },
    { area: "" },
    { alarms: 0 },
    { alarms: 51 },
    { alarms: 1.5 },
    { minutes: 0 },
    { minutes: Number.NaN },
    { startsAt: "soon" },
  ];
  expect(bad.map((change) => planBody({ ...PLAN, ...change }))).toEqual(bad.map(() => null));
});

test("an exercise is planned, then running, then over, also when it was ended before it began", () => {
  expect(phaseOf(drill("a", 60), T0)).toBe("planned");
  expect(phaseOf(drill("a", 60), T0 + 60_000)).toBe("running");
  expect(phaseOf(drill("a", 60, 10), T0 + 20_000)).toBe("over");
});

test("what runs comes first, then the next, then the latest that are over", () => {
  const over = [drill("o1", -100, -50), drill("o2", -200, -150)];
  const list = [drill("later", 500), drill("soon", 100), drill("now", -10), ...over];
  expect(shownDrills(list, T0).map((one) => one.id)).toEqual(["now", "soon", "later", "o1", "o2"]);
});

test("the RT of a kelurahan are found with and without an RW between, and counted as people count", () => {
  const area = (code: string, parent: string, level: "rw" | "rt" = "rt") => ({ code, name: code, level, parent });
  const rws = [area("RW1", "V", "rw"), area("RW9", "W", "rw")];
  const rts = [area("RT 10", "RW1"), area("RT 2", "V"), area("RT 3", "RW9"), area("RT 4", "W")];
  expect(rtsOf("V", rws, rts).map((one) => one.code)).toEqual(["RT 2", "RT 10"]);
});

test("whoever answers for some sectors alone is not offered the whole city", () => {
  expect(scopesFor([])).toEqual(["city", "sector", "village", "rt"]);
  expect(scopesFor([{ code: "PS-1", name: "Polsek Pantai" }])).toEqual(["sector", "village", "rt"]);
});

test("an area that lies in two sectors is listed once", () => {
  const area = (code: string) => ({ code, name: code, level: "village" as const, parent: null });
  expect(byName([area("Tambak"), area("Arum"), area("Tambak")]).map((one) => one.code)).toEqual(["Arum", "Tambak"]);
});
