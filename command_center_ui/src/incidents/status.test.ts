import { expect, test } from "vitest";
import { translate } from "../i18n/dictionary";
import type { Say } from "./place";
import { assignment, at, escalation, incident, offer } from "./sample";
import { statusLine } from "./status";

const say: Say = (word, values) => translate("en", word, values);

test("the line says that nobody comes, who is asked, and who comes", () => {
  expect(statusLine(incident("a"), say)).toBe("No officer yet");
  expect(statusLine(incident("a", { offers: [offer("x"), offer("y"), offer("z", "declined")] }), say)).toBe(
    "Asked 2, waiting for an answer",
  );
  expect(statusLine(incident("a", { assignments: [assignment("x")] }), say)).toBe("On the way: Officer x");
});

test("an officer who has arrived is named before those still on the way", () => {
  const both = incident("a", { assignments: [assignment("x"), assignment("y", "on_scene")] });
  expect(statusLine(both, say)).toBe("On scene: Officer y +1");
});

test("the operator who has it is named as well", () => {
  expect(statusLine(incident("a", { claimed_by: { id: "s", name: "Sari" } }), say)).toBe(
    "No officer yet · Handled by Sari",
  );
});

test("that nobody is left is said instead of who was asked and stays silent", () => {
  const left = escalation({ nobody_left_since: at(30) });
  const silent = offer("x", "open", { silent: true });
  expect(statusLine(incident("a", { escalation: left, offers: [silent] }), say)).toBe("NOBODY LEFT");
});
