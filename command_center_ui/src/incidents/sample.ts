/* Whole incidents for tests, so that each test names only what it is about. */
import type { Assignment, Escalation, Incident, LiveEvent, Offer, Officer } from "../wire";

export const T0 = Date.parse("2026-11-22T03:00:00Z");

export function at(seconds: number): string {
  return new Date(T0 + seconds * 1000).toISOString();
}

export function incident(id: string, changes: Partial<Incident> = {}): Incident {
  return { ...BLANK, id, opened_at: at(0), ...changes };
}

export function offer(officerId: string, status: Offer["status"] = "open", changes: Partial<Offer> = {}): Offer {
  return {
    id: `offer-${officerId}`,
    officer: { id: officerId, name: `Officer ${officerId}` },
    status,
    offered_at: at(0),
    expires_at: at(30),
    received_at: null,
    distance_m: 400,
    own_sector: true,
    position_stale: false,
    position_age_s: 20,
    load: 0,
    silent: false,
    ...changes,
  };
}

export function assignment(officerId: string, status: Assignment["status"] = "en_route"): Assignment {
  const officer = { id: officerId, name: `Officer ${officerId}` };
  return { id: `assignment-${officerId}`, officer, status, accepted_at: at(5), changed_at: at(5) };
}

export function escalation(changes: Partial<Escalation> = {}): Escalation {
  const claim_due_at = at(10);
  return {
    places: 1,
    filled: 0,
    step: 0,
    radius_m: 1000,
    stopped: false,
    level: 0,
    supervisors_told: 0,
    claim_due_at,
    nobody_left_since: null,
    ...changes,
  };
}

export function officer(id: string, changes: Partial<Officer> = {}): Officer {
  const position = { lat: -6.98, lon: 110.42, accuracy_m: 10, at: at(0) };
  return { id, name: `Officer ${id}`, status: "available", position, stale: false, sectors: [], ...changes };
}

export function event(seq: number, id: string, kind: LiveEvent["kind"], patch: Partial<Incident> = {}): LiveEvent {
  return { seq, incident_id: id, kind, at: at(seq), actor: null, data: { incident: patch } };
}

const BLANK: Incident = {
  id: "",
  version: 1,
  status: "open",
  stage: "received",
  kind: "emergency",
  silent: false,
  drill: false,
  position: { lat: -6.98, lon: 110.42, accuracy_m: 12, at: null },
  place: {
    sure: "inside",
    rt: { code: "RT", name: "RT 03 RW 05 Miroto" },
    rw: null,
    village: { code: "V", name: "Miroto" },
    district: null,
    city: null,
    candidates: [],
    candidates_truncated: false,
    sectors: [],
    distance_m: null,
    flags: [],
    map_version: 1,
  },
  flags: [],
  opened_at: "",
  alarm_count: 1,
  phone_count: 1,
  claimed_by: null,
  offers: [],
  assignments: [],
  told: [],
  disposition: null,
  next_due_at: null,
  standing: null,
  place_shared: false,
  quiet: false,
  merged_into: null,
  policy: null,
  escalation: null,
};
