/* The policy that decided about an incident, by the version that the incident remembers. Pure. */
import { clockText, distanceText } from "../time/age";
import type { Incident, PolicyRules, PolicyText } from "../wire";
import type { Say } from "./place";

/** With what it does with this incident. A city may call its version what it likes, also "2026/11". */
export function policyPath(version: string, incident: Pick<Incident, "kind" | "opened_at">): string {
  const about = new URLSearchParams({ kind: incident.kind, opened_at: incident.opened_at });
  return `/v1/policies/${encodeURIComponent(version)}?${about.toString()}`;
}

/** What happens with the incident, in sentences and in the order in which it happens. */
export function policySteps(rules: PolicyRules, silent: boolean, lang: "id" | "en", say: Say): string[] {
  const [first, second, ...further] = rules.claim_s;
  const rings = rules.rings_m.map((metres) => distanceText(metres, lang)).join(", ");
  const seconds = rules.offer_timeout_s;
  const steps = [
    say("policy.places", { count: rules.places }),
    say("policy.asked", { count: rules.officers_per_step, seconds, silent_s: rules.receipt_s }),
    say("policy.rings", { rings }),
    say("policy.round", { pause: clockText(rules.round_s) }),
  ];
  if (first !== undefined) steps.push(say("policy.claim", { seconds: first }));
  if (second !== undefined) steps.push(say("policy.claim_city", { time: clockText(second) }));
  const again = further.at(-1);
  if (again !== undefined) steps.push(say("policy.claim_again", { time: clockText(again) }));
  if (rules.tells_neighbours && !silent) steps.push(say("policy.neighbours", { seconds: rules.news_receipt_s }));
  else steps.push(say(silent ? "policy.neighbours_silent" : "policy.neighbours_never"));
  return steps;
}

export interface PolicyPart {
  /** Whether it only explains. */
  readonly remark: boolean;
  readonly text: string;
}

/** A policy's file for a narrow column: the lines of a remark flow together, whatever decides keeps its lines. */
export function policyParts(text: string): PolicyPart[] {
  return text
    .trim()
    .split(/\n\s*\n/)
    .flatMap((block) => block.match(/(^#.*\n?)+|(^[^#].*\n?)+/gm) ?? [])
    .map((lines) => (lines.startsWith("#") ? remarkOf(lines) : { remark: false, text: lines.trimEnd() }));
}

function remarkOf(lines: string): PolicyPart {
  const each = lines.trimEnd().split("\n");
  return { remark: true, text: `# ${each.map((line) => line.replace(/^#\s*/, "")).join(" ")}` };
}

/** When it came into force first and, where another one has followed, last: its end is not kept. */
export function policySpan(policy: PolicyText, lang: "id" | "en"): { from: string; again: string | null } {
  const dayAndTime = (time: string) =>
    new Date(time).toLocaleString(lang === "id" ? "id-ID" : "en-GB", { dateStyle: "medium", timeStyle: "short" });
  return {
    from: dayAndTime(policy.first_in_force_at),
    again: policy.in_force ? null : dayAndTime(policy.last_in_force_at),
  };
}
