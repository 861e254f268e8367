import { expect, test } from "vitest";
import { ApiError } from "../../api/http";
import type { Arrival } from "../../wire";
import { Arrivals, soonest } from "./arrivals.svelte";

function arrival(eta_s: number | null, status: Arrival["status"] = "en_route"): Arrival {
  return { status, eta_s, officer: null, unit: null, distance_m: null };
}

test("of several officers the one who is there first counts, and who is there already has no time", () => {
  expect(soonest([arrival(300), arrival(null), arrival(90), arrival(10, "on_scene")])?.eta_s).toBe(90);
  expect(soonest([arrival(null), arrival(10, "on_scene")])).toBeNull();
});

test("each look replaces what was known, and what cannot be asked says nothing", async () => {
  const answers: Record<string, Arrival[]> = { a: [arrival(120)], b: [arrival(60)] };
  const ask = async (_method: string, path: string): Promise<unknown> => {
    const coming = answers[path.slice(-1)];
    if (coming === undefined) throw new ApiError(503, "journal_unavailable", null);
    return { coming };
  };
  const arrivals = new Arrivals("token", ask as never);
  await arrivals.look(["a", "b"]);
  expect([...arrivals.first].map(([id, one]) => [id, one.eta_s])).toEqual([
    ["a", 120],
    ["b", 60],
  ]);
  delete answers.b;
  await arrivals.look(["a", "b"]);
  expect([...arrivals.first.keys()]).toEqual(["a"]);
});
