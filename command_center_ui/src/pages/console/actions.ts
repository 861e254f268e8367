/* What an operator can do with an incident. Every answer comes back as a live event; nothing is shown before that. */
import { request } from "../../api/http";
import type { Disposition, Incident } from "../../wire";

function path(incident: Incident, action: string): string {
  return `/v1/incidents/${encodeURIComponent(incident.id)}/${action}`;
}

export function claim(incident: Incident): Promise<void> {
  return request("POST", path(incident, "claim"));
}

export function release(incident: Incident): Promise<void> {
  return request("POST", path(incident, "release"));
}

export function note(incident: Incident, text: string): Promise<void> {
  return request("POST", path(incident, "notes"), { body: { text } });
}

/** Lets the neighbourhood know exactly where it is, or takes that back. */
export function share(incident: Incident, place: boolean, reason: string): Promise<void> {
  const body = { place, reason: reason.trim() === "" ? null : reason.trim() };
  return request("POST", path(incident, "share"), { body });
}

/** It is not over after all; of a cancelled incident it makes one that goes on in secret. */
export function reopen(incident: Incident): Promise<void> {
  return request("POST", path(incident, "reopen"), { body: { reason: null }, version: incident.version });
}

/** Closes exactly what the operator saw: if it has changed meanwhile, the server refuses (412). */
export function close(incident: Incident, disposition: Disposition, text: string): Promise<void> {
  const body = { disposition, note: text.trim() === "" ? null : text.trim() };
  return request("POST", path(incident, "close"), { body, version: incident.version });
}
