/* When an incident came to what, in the order in which it did. Pure. */
import type { Lang } from "../i18n/dictionary";
import type { Say } from "../incidents/place";
import type { Moments } from "../wire";
import { durationText } from "./table";

export type MomentName = keyof Moments;

/** Where two come at the same time, in the order in which one makes the other possible. */
const IN_ORDER: readonly MomentName[] = [
  "received_at",
  "placed_at",
  "durable_at",
  "offered_at",
  "console_at",
  "push_accepted_at",
  "receipt_at",
  "claimed_at",
  "accepted_at",
  "on_scene_at",
  "closed_at",
];

export interface MomentLine {
  readonly name: MomentName;
  readonly at: string;
  /** Since the alarm was received: 12 ms, 8.3 s, 2:05; nothing for that itself. */
  readonly after: string;
}

export function momentLines(moments: Moments, say: Say, lang: Lang): MomentLine[] {
  const began = Date.parse(moments.received_at);
  return IN_ORDER.flatMap((name) => {
    const at = moments[name];
    return at === null ? [] : [{ name, at, ms: Math.max(0, Date.parse(at) - began) }];
  })
    .sort((a, b) => a.ms - b.ms)
    .map(({ name, at, ms }) => ({ name, at, after: name === "received_at" ? "" : afterText(ms, say, lang) }));
}

function afterText(ms: number, say: Say, lang: Lang): string {
  return ms < 1000 ? say("moment.millis", { count: ms }) : durationText(ms / 1000, say, lang);
}
