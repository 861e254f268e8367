/* One line that says how an incident stands: who comes, who is asked, who has it. Pure. */
import type { Incident } from "../wire";
import { activeAssignments, attentionOf, nobodyLeftSince, openOffers } from "./attention";
import type { Say } from "./place";

export function statusLine(incident: Incident, say: Say): string {
  const operator = incident.claimed_by ? say("attention.claimed", { name: incident.claimed_by.name }) : "";
  return [helpLine(incident, say), operator].filter((part) => part !== "").join(" · ");
}

function helpLine(incident: Incident, say: Say): string {
  if (incident.stage === "cancelled_by_resident") return say("attention.cancelled");
  const coming = activeAssignments(incident);
  const there = coming.find((one) => one.status === "on_scene");
  const first = there ?? coming[0];
  if (first) {
    const text = say(there ? "attention.on_scene" : "attention.coming", { name: first.officer.name });
    return coming.length > 1 ? say("attention.more", { first: text, count: coming.length - 1 }) : text;
  }
  if (nobodyLeftSince(incident) !== null) return say("attention.nobody");
  const asked = openOffers(incident).length;
  if (asked > 0) return say("attention.asked", { count: asked });
  return say(attentionOf(incident) === "done" ? "attention.done" : "attention.alone");
}
