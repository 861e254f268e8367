import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Receipts } from "./receipts";

const OFFER = "/v1/offers/f-1";
/** What the policy gives a phone before the next officer is asked as well (receipt_s in panic_server/policy.toml). */
const RECEIPT_MS = 4_000;

const fetched = vi.fn<() => Promise<Response>>();

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("fetch", fetched);
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  fetched.mockReset();
});

test("a receipt is given at once, and once however often it is asked for", async () => {
  fetched.mockImplementation(() => Promise.resolve(new Response(null, { status: 204 })));
  const receipts = new Receipts("token");
  receipts.give(OFFER);
  receipts.give(OFFER);
  await vi.advanceTimersByTimeAsync(RECEIPT_MS);
  expect(fetched.mock.calls).toEqual([[`${OFFER}/receipt`, expect.objectContaining({ method: "POST" })]]);
});

test("two lost receipts do not yet make the phone a silent one", async () => {
  fetched.mockRejectedValueOnce(new TypeError("no network")).mockRejectedValueOnce(new TypeError("no network"));
  fetched.mockImplementation(() => Promise.resolve(new Response(null, { status: 204 })));
  const heard = vi.fn();
  new Receipts("token", heard).give(OFFER);
  await vi.advanceTimersByTimeAsync(RECEIPT_MS - 1_000);
  expect(heard).toHaveBeenCalledOnce();
});

test("what the server refuses is not said again", async () => {
  fetched.mockImplementation(() => Promise.resolve(Response.json({ code: "offer_unknown" }, { status: 404 })));
  new Receipts("token").give(OFFER);
  await vi.advanceTimersByTimeAsync(RECEIPT_MS);
  expect(fetched).toHaveBeenCalledOnce();
});
