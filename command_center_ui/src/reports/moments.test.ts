import { expect, test } from "vitest";
import { translate } from "../i18n/dictionary";
import { at } from "../incidents/sample";
import type { Say } from "../incidents/place";
import type { Moments } from "../wire";
import { momentLines } from "./moments";

const say: Say = (word, values) => translate("id", word, values);

function moments(changes: Partial<Moments>): Moments {
  return {
    received_at: at(0),
    placed_at: null,
    durable_at: null,
    console_at: null,
    offered_at: null,
    push_accepted_at: null,
    receipt_at: null,
    claimed_at: null,
    accepted_at: null,
    on_scene_at: null,
    closed_at: null,
    ...changes,
  };
}

test("what has come is told in the order in which it came, and what has not is left out", () => {
  const known = moments({ accepted_at: at(20), claimed_at: at(40.25), console_at: at(0.012), offered_at: at(0) });
  expect(momentLines(known, say, "id").map(({ name, after }) => [name, after])).toEqual([
    ["received_at", ""],
    ["offered_at", "0 md"],
    ["console_at", "12 md"],
    ["accepted_at", "20,0 dtk"],
    ["claimed_at", "40,3 dtk"],
  ]);
});

test("nothing comes before the alarm, though two clocks may differ", () => {
  expect(momentLines(moments({ console_at: at(-0.5) }), say, "id").map(({ after }) => after)).toEqual(["", "0 md"]);
});
