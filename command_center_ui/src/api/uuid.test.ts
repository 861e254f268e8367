import { expect, test } from "vitest";
import { newId, uuidOf } from "./uuid";

const UUID4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

test("an id is a version 4 UUID also where the browser has no randomUUID", () => {
  const bare = { getRandomValues: crypto.getRandomValues.bind(crypto) } as unknown as Crypto;
  expect(newId(bare)).toMatch(UUID4);
  expect(newId()).toMatch(UUID4);
});

test("the fixed bits are set whatever the random ones are", () => {
  expect(uuidOf(new Uint8Array(16).fill(255))).toBe("ffffffff-ffff-4fff-bfff-ffffffffffff");
});
