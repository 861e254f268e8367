import { expect, test } from "vitest";
import { ApiError, type request } from "../../api/http";
import { incident } from "../../incidents/sample";
import type { Incident } from "../../wire";
import { News } from "./news.svelte";

type Answer = unknown;

function page(answers: Record<string, Answer>): { news: News; cleared: string[]; asked: string[] } {
  const cleared: string[] = [];
  const asked: string[] = [];
  const ask = ((method: string, path: string) => {
    asked.push(`${method} ${path}`);
    const answer = answers[path];
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  }) as typeof request;
  return { news: new News("token", (one) => cleared.push(one.id), ask), cleared, asked };
}

function over(id: string, changes: Partial<Incident> = {}): { incident: Incident } {
  return { incident: incident(id, { status: "closed", stage: "closed", disposition: "resolved", ...changes }) };
}

test("an answer is kept as the server took it", async () => {
  const { news, asked } = page({
    "/v1/incidents/a/acknowledge": { incident_id: "a", received_at: "2026-11-22T03:00:00Z", coming: true },
  });
  await news.answer(incident("a"), true);
  expect([...news.answers]).toEqual([["a", true]]);
  expect(asked).toEqual(["POST /v1/incidents/a/acknowledge"]);
});

test("an answer that was refused is said and not kept", async () => {
  const { news } = page({ "/v1/incidents/a/acknowledge": new ApiError(409, "incident_closed", null) });
  await news.answer(incident("a"), true);
  expect([news.answers.size, news.trouble?.word]).toEqual([0, "error.incident_closed"]);
});

test("a receipt brings back what was answered before the page was opened again", () => {
  const { news } = page({});
  news.learn({ incident_id: "a", received_at: "2026-11-22T03:00:00Z", coming: false });
  news.learn({ incident_id: "b", received_at: "2026-11-22T03:00:00Z", coming: null });
  expect([...news.answers]).toEqual([["a", false]]);
});

test("what was closed stays on the page as an ending until it is put away", async () => {
  const { news, cleared } = page({ "/v1/incidents/a": over("a") });
  await news.follow(["a", "b"]);
  await news.follow(["b"]);
  expect([news.endings.map((one) => one.id), cleared]).toEqual([["a"], ["a"]]);
  const [ending] = news.endings;
  if (ending) news.putAway(ending);
  expect(news.endings).toEqual([]);
});

test("what may no longer be seen leaves without a word", async () => {
  const { news, cleared } = page({ "/v1/incidents/a": new ApiError(404, "incident_unknown", null) });
  await news.follow(["a"]);
  await news.follow([]);
  expect([news.endings, cleared]).toEqual([[], []]);
});

test("an incident that is opened again is no ending any more", async () => {
  const { news } = page({ "/v1/incidents/a": over("a") });
  await news.follow(["a"]);
  await news.follow([]);
  await news.follow(["a"]);
  expect(news.endings).toEqual([]);
});

test("what was there before the page was opened is nobody's ending", async () => {
  const { news, asked } = page({});
  await news.follow([]);
  expect(asked).toEqual([]);
});
