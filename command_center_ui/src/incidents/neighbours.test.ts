import { expect, test } from "vitest";
import type { Incident, Told } from "../wire";
import { answerWord, isShareable, knowing } from "./neighbours";
import { at, incident } from "./sample";

function told(id: string, changes: Partial<Told> = {}): Told {
  const area = { code: "RT", name: "RT 03" };
  return { person: { id, name: id }, area, told_at: at(0), received_at: null, coming: null, ...changes };
}

const HEADS = [
  told("silent"),
  told("knows", { received_at: at(3) }),
  told("comes", { received_at: at(3), coming: true }),
  told("stays", { received_at: at(3), coming: false }),
];

test("who knows and who comes is counted", () => {
  expect(knowing(incident("a", { told: HEADS }))).toEqual({ told: 4, received: 3, coming: 1 });
});

test("an answer says more than a receipt, and a receipt more than nothing", () => {
  expect(HEADS.map(answerWord)).toEqual([
    "neighbours.not_received",
    "neighbours.received",
    "neighbours.coming",
    "neighbours.not_coming",
  ]);
});

test("a place is shared with those who know of the incident, and only while it is open", () => {
  expect(isShareable(incident("a", { told: HEADS }))).toBe(true);
  const hidden: Partial<Incident>[] = [
    { told: [] },
    { position: null },
    { silent: true },
    { kind: "violence" },
    { status: "closed" },
  ];
  for (const changes of hidden)
    expect([changes, isShareable(incident("a", { told: HEADS, ...changes }))]).toEqual([changes, false]);
});
