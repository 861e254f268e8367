import { expect, test } from "vitest";
import { ApiError, Unreachable } from "../../api/http";
import { troubleOf } from "../../api/say";
import { digitsOf, isPin, pinsProblem } from "./pins";

test("only digits are taken, at most twelve", () => {
  expect(digitsOf(" 25-8a0\n")).toBe("2580");
  expect(digitsOf("٢٥٨٠")).toBe("");
  expect(digitsOf("1234567890123")).toBe("123456789012");
});

test("a PIN has four to twelve digits, as the server wants it", () => {
  expect(["123", "1234", "123456789012", "1234567890123", "12a4"].map(isPin)).toEqual([
    false,
    true,
    true,
    false,
    false,
  ]);
});

test("both PINs are needed, and they differ", () => {
  expect(pinsProblem("2580", "1379")).toBeNull();
  expect(pinsProblem("2580", "")).toBe("resident.pins_length");
  expect(pinsProblem("258", "1379")).toBe("resident.pins_length");
  expect(pinsProblem("2580", "2580")).toBe("error.pins_alike");
});

test("what stands against a cancel is said in words of its own", () => {
  const word = (status: number, code: string) => troubleOf(new ApiError(status, code, null)).word;
  expect(word(409, "pins_not_set")).toBe("error.pins_not_set");
  expect(word(403, "pin_wrong")).toBe("error.pin_wrong");
  expect(word(409, "incident_closed")).toBe("error.incident_closed");
  expect(troubleOf(new Unreachable("")).word).toBe("error.unreachable");
});
