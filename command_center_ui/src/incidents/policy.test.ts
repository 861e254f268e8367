import { expect, test } from "vitest";
import { translate } from "../i18n/dictionary";
import type { PolicyRules, PolicyText } from "../wire";
import type { Say } from "./place";
import { policyParts, policyPath, policySpan, policySteps } from "./policy";
import { incident } from "./sample";

const POLICY: PolicyText = {
  version: "kota-2 (a1b2c3d4)",
  first_in_force_at: "2026-11-01T05:00:00Z",
  last_in_force_at: "2026-11-20T05:00:00Z",
  in_force: true,
  text: 'version = "kota-2"',
};

const RULES: PolicyRules = {
  places: 2,
  officers_per_step: 3,
  offer_timeout_s: 8,
  receipt_s: 4,
  rings_m: [1500, 3000],
  round_s: 60,
  claim_s: [10, 30, 120],
  tells_neighbours: true,
  news_receipt_s: 30,
};

function steps(lang: "id" | "en", changes: Partial<PolicyRules> = {}, silent = false): string {
  const say: Say = (word, values) => translate(lang, word, values);
  return policySteps({ ...RULES, ...changes }, silent, lang, say).join("\n");
}

test("whatever a city calls its policy is one part of the address", () => {
  const asked = incident("a", { kind: "fire", opened_at: "2026-11-22T03:00:00Z" });
  expect(policyPath("2026/11 #2?", asked)).toBe(
    "/v1/policies/2026%2F11%20%232%3F?kind=fire&opened_at=2026-11-22T03%3A00%3A00Z",
  );
});

test("what happens is told in sentences, in both languages, with every number in them", () => {
  expect(steps("id")).toContain("3 petugas terdekat diminta bersamaan dan punya 8 detik");
  expect(steps("id")).toContain("1,5 km, 3,0 km, lalu seluruh kota");
  expect(steps("en")).toContain("within 10 seconds");
  expect(steps("en")).toContain("After 0:30 without an operator");
  expect(steps("en")).not.toMatch(/[{}]/);
});

test("a policy that tells its supervisors once says nothing of a second time", () => {
  expect(steps("en", { claim_s: [10] })).not.toContain("city’s supervisors");
});

test("whom the neighbourhood never hears of is said, and why", () => {
  expect(steps("en")).toContain("The head of the RT is told");
  expect(steps("en", { tells_neighbours: false })).toContain("never told of this kind");
  expect(steps("en", {}, true)).toContain("A silent alarm");
});

test("the policy in force has no end, and one before it has", () => {
  expect(policySpan(POLICY, "en")).toMatchObject({ from: expect.stringContaining("1 Nov 2026"), again: null });
  const before = policySpan({ ...POLICY, in_force: false }, "id");
  expect(before.again).toContain("20 Nov 2026");
});

test("a remark flows over its lines, and what decides keeps each line of its own", () => {
  const text = "# Who is asked,\n#  and when.\nplaces = 1\nstep_s = 10\n\n\n[kind.fire]\n# Two at once.\nplaces = 2\n";
  expect(policyParts(text)).toEqual([
    { remark: true, text: "# Who is asked, and when." },
    { remark: false, text: "places = 1\nstep_s = 10" },
    { remark: false, text: "[kind.fire]" },
    { remark: true, text: "# Two at once." },
    { remark: false, text: "places = 2" },
  ]);
});
