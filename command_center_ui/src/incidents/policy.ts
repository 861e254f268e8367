/* The policy that decided about an incident, by the version that the incident remembers. Pure. */
import type { PolicyText } from "../wire";

/** A city may call its version what it likes, also "2026/11". */
export function policyPath(version: string): string {
  return `/v1/policies/${encodeURIComponent(version)}`;
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
