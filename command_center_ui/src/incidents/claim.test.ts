import { expect, test } from "vitest";
import { translate } from "../i18n/dictionary";
import { claimLine, isOverdue } from "./claim";
import type { Say } from "./place";
import { T0, at, escalation, incident } from "./sample";

const say: Say = (word, values) => translate("en", word, values);

test("the clock runs until the supervisors are told, and then until the city's are", () => {
  const waiting = incident("a", { escalation: escalation() });
  expect(claimLine(waiting, T0 + 3000, say)).toBe("Claim within 0:07");
  expect(isOverdue(waiting)).toBe(false);

  const told = incident("a", { escalation: escalation({ level: 1, supervisors_told: 1, claim_due_at: at(30) }) });
  expect(claimLine(told, T0 + 12_000, say)).toBe("Not claimed in time: supervisors told, the city’s in 0:18");
  expect(isOverdue(told)).toBe(true);

  const above = incident("a", { escalation: escalation({ level: 2, supervisors_told: 1, claim_due_at: null }) });
  expect(claimLine(above, T0 + 40_000, say)).toBe("Not claimed in time: the city’s supervisors told");
});

test("a policy with one level names no further one", () => {
  const last = incident("a", { escalation: escalation({ level: 1, supervisors_told: 1, claim_due_at: null }) });
  expect(claimLine(last, T0, say)).toBe("Not claimed in time: supervisors told");
});

test("above the city all of them are told again, as often as the policy says", () => {
  const line = (level: number, due: string | null) =>
    claimLine(
      incident("a", { escalation: escalation({ level, supervisors_told: 2, claim_due_at: due }) }),
      T0 + 60_000,
      say,
    );
  expect(line(2, at(120))).toBe("Not claimed in time: the city’s supervisors told, all of them again in 1:00");
  expect(line(3, at(120))).toBe("Not claimed in time: all supervisors told again, once more in 1:00");
  expect(line(4, null)).toBe("Not claimed in time: all supervisors told again");
});

test("where there is no supervisor nobody is said to have been told", () => {
  const alone = incident("a", { escalation: escalation({ level: 1, supervisors_told: 0, claim_due_at: at(30) }) });
  expect(claimLine(alone, T0 + 12_000, say)).toBe("Not claimed in time: there is no supervisor to tell");
});

test("who is claimed, closed, or seen without the escalation has no clock", () => {
  const late = escalation({ level: 1 });
  const claimed = incident("a", { escalation: late, claimed_by: { id: "s", name: "Sari" } });
  expect([claimLine(claimed, T0, say), isOverdue(claimed)]).toEqual([null, false]);
  expect(claimLine(incident("a", { escalation: late, status: "closed" }), T0, say)).toBeNull();
  expect(claimLine(incident("a"), T0, say)).toBeNull();
});
