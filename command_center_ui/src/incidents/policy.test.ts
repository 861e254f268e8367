import { expect, test } from "vitest";
import type { PolicyText } from "../wire";
import { policyParts, policyPath, policySpan } from "./policy";

const POLICY: PolicyText = {
  version: "kota-2 (a1b2c3d4)",
  first_in_force_at: "2026-11-01T05:00:00Z",
  last_in_force_at: "2026-11-20T05:00:00Z",
  in_force: true,
  text: 'version = "kota-2"',
};

test("whatever a city calls its policy is one part of the address", () => {
  expect(policyPath("2026/11 #2?")).toBe("/v1/policies/2026%2F11%20%232%3F");
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
