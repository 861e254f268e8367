import { expect, test, vi } from "vitest";
import { ApiError } from "../../api/http";
import { incident } from "../../incidents/sample";
import { override, overrideTrouble, requestOf } from "./overrides";

test("every wish goes to its own address with what the server asks for", () => {
  expect(requestOf({ do: "offer", officerId: "o", insteadOf: null })).toEqual({
    action: "offers",
    body: { officer_id: "o", instead_of: null },
  });
  expect(requestOf({ do: "withdraw", id: "f" })).toEqual({ action: "withdraw", body: { id: "f" } });
  expect(requestOf({ do: "places", places: 3 })).toEqual({ action: "places", body: { places: 3 } });
  expect(requestOf({ do: "run", running: false })).toEqual({ action: "escalation", body: { running: false } });
});

test("the reason goes with it, and a broken id never leaves the path", async () => {
  const fetched = vi.fn((_path: string, _init: RequestInit) => Promise.resolve(new Response(null, { status: 204 })));
  vi.stubGlobal("fetch", fetched);
  await override(incident("a/b"), { do: "run", running: true }, "Phones are back");
  vi.unstubAllGlobals();
  const [path, init] = fetched.mock.calls[0]!;
  expect(path).toBe("/v1/incidents/a%2Fb/escalation");
  expect(JSON.parse(String(init.body))).toEqual({ running: true, reason: "Phones are back" });
});

test("a refusal is said about the chosen officer, not to the operator", () => {
  expect(overrideTrouble(new ApiError(409, "officer_engaged", null)).word).toBe("error.chosen_engaged");
  expect(overrideTrouble(new ApiError(409, "incident_closed", null)).word).toBe("error.incident_closed");
});
