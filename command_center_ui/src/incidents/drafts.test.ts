import { expect, test } from "vitest";
import { Drafts } from "./drafts";

test("what was typed is kept for its incident and its form alone", () => {
  const drafts = new Drafts();
  drafts.keep("a", "note", "The owner was ca");
  drafts.keep("a", "close", "All are well");
  expect(drafts.of("a", "note")).toBe("The owner was ca");
  expect(drafts.of("a", "close")).toBe("All are well");
  expect([drafts.of("b", "note"), drafts.of("b", "close")]).toEqual(["", ""]);
});

test("what was sent, or deleted by hand, is gone", () => {
  const drafts = new Drafts();
  drafts.keep("a", "note", "Called");
  drafts.keep("a", "close", "All are well");
  drafts.sent("a", "note", "Called");
  drafts.keep("a", "close", "");
  expect([drafts.of("a", "note"), drafts.of("a", "close")]).toEqual(["", ""]);
});

test("what was typed while an earlier text was under way stays", () => {
  const drafts = new Drafts();
  drafts.keep("a", "note", "Called, and called again");
  drafts.sent("a", "note", "Called");
  expect(drafts.of("a", "note")).toBe("Called, and called again");
});
