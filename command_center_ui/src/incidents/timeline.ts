/* Journal entries as lines that an operator reads. Pure; the facts' shapes are the journal's own. */
import { type Values, type Word, isWord } from "../i18n/dictionary";
import type { Area, Incident, Person, TimelineEntry } from "../wire";
import type { Say } from "./place";

interface Facts {
  readonly officer?: Person;
  readonly operator?: Person;
  readonly offers?: readonly { readonly id: string; readonly officer: Person }[];
  readonly people?: readonly Person[];
  readonly places?: number;
  readonly withdrawn?: readonly string[];
  readonly told?: readonly { readonly person: Person }[];
  readonly offer_id?: string;
  readonly offer_ids?: readonly string[];
  readonly officer_id?: string;
  readonly person_id?: string;
  readonly status?: string;
  readonly text?: string;
  readonly note?: string | null;
  readonly disposition?: string;
  readonly coming?: boolean;
  readonly shared?: boolean;
  readonly reason?: string | null;
  readonly silent?: readonly Area[];
  readonly all_clear?: readonly string[];
  readonly because?: string;
  readonly called_away?: boolean;
}

export interface Line {
  readonly seq: number;
  readonly at: string;
  readonly title: string;
  /** What follows from it, such as who was asked. */
  readonly more: string;
  /** What a person wrote. */
  readonly text: string;
}

/** Names of everybody whom the incident or its history mentions: later entries say only ids. */
export class Names {
  #names = new Map<string, string>();

  constructor(incident: Incident, timeline: readonly TimelineEntry[]) {
    for (const offer of incident.offers) this.#offer(offer);
    for (const one of incident.assignments) this.#person(one.officer);
    for (const one of incident.told) this.#person(one.person);
    for (const entry of timeline) this.#learn(factsOf(entry));
  }

  of(id: string | null | undefined): string | null {
    return id === null || id === undefined ? null : (this.#names.get(id) ?? id);
  }

  #learn(facts: Facts): void {
    for (const offer of facts.offers ?? []) this.#offer(offer);
    for (const one of facts.told ?? []) this.#person(one.person);
    for (const one of facts.people ?? []) this.#person(one);
    if (facts.officer) this.#person(facts.officer);
    if (facts.operator) this.#person(facts.operator);
  }

  #offer(offer: { readonly id: string; readonly officer: Person }): void {
    this.#names.set(offer.id, offer.officer.name);
    this.#person(offer.officer);
  }

  #person(person: Person): void {
    this.#names.set(person.id, person.name);
  }
}

/** Newest first. */
export function linesOf(incident: Incident, timeline: readonly TimelineEntry[], say: Say): Line[] {
  const names = new Names(incident, timeline);
  return [...timeline].sort((a, b) => b.seq - a.seq).map((entry) => lineOf(entry, names, say));
}

function lineOf(entry: TimelineEntry, names: Names, say: Say): Line {
  const facts = factsOf(entry);
  const values: Values = {
    names: whoOf(entry, facts, names) ?? say("timeline.somebody"),
    status: wordOr(say, `assignment_status.${facts.status ?? ""}`, facts.status ?? ""),
    disposition: wordOr(say, `disposition.${facts.disposition ?? ""}`, facts.disposition ?? ""),
    areas: (Array.isArray(facts.silent) ? facts.silent : []).map((area) => area.name).join(", "),
    operator: facts.operator?.name ?? say("timeline.somebody"),
    places: facts.places ?? "",
    kind: entry.kind,
  };
  const text = facts.text ?? facts.note ?? reasonOf(entry, facts, say);
  return {
    seq: entry.seq,
    at: entry.at,
    title: say(titleOf(entry, facts), values),
    more: moreOf(entry, facts, names, say),
    text,
  };
}

/** Officers choose from a short list, whose words are of the screens' languages; all else is what somebody wrote. */
function reasonOf(entry: TimelineEntry, facts: Facts, say: Say): string {
  const said = facts.reason ?? "";
  return entry.kind === "offer_declined" ? wordOr(say, `decline.${said}`, said) : said;
}

/** What representatives answer and what operators share is one kind of event each, with two meanings. */
function titleOf(entry: TimelineEntry, facts: Facts): Word {
  if (entry.kind === "representative_answered")
    return facts.coming ? "timeline.representative_coming" : "timeline.representative_not_coming";
  if (entry.kind === "place_shared") return facts.shared ? "timeline.place_shared" : "timeline.place_hidden";
  if (entry.kind === "supervisors_told")
    return facts.people?.length ? "timeline.supervisors_told" : "timeline.supervisors_unreached";
  if (entry.kind === "neighbours_told")
    return facts.told?.length ? "timeline.neighbours_told" : "timeline.neighbours_unreached";
  const key = `timeline.${entry.kind}`;
  return isWord(key) ? key : "timeline.other";
}

function moreOf(entry: TimelineEntry, facts: Facts, names: Names, say: Say): string {
  if (facts.all_clear?.length)
    return say("timeline.all_clear", { names: facts.all_clear.map((id) => names.of(id)).join(", ") });
  if (entry.kind === "places_changed" && facts.withdrawn?.length)
    return say("timeline.offers_withdrawn", { names: facts.withdrawn.map((id) => names.of(id)).join(", ") });
  if (entry.kind === "assignment_changed" && facts.called_away) return say("timeline.called_away");
  if (entry.kind === "cancelled_under_duress") return wordOr(say, `duress.${facts.because ?? ""}`, "");
  if (entry.kind !== "incident_opened" && entry.kind !== "alarm_joined") return "";
  const asked = (facts.offers ?? []).map((offer) => offer.officer.name);
  const told = (facts.told ?? []).map((one) => one.person.name);
  const parts: string[] = [];
  if (asked.length > 0) parts.push(say("timeline.offers_made", { names: asked.join(", ") }));
  else if (entry.kind === "incident_opened") parts.push(say("timeline.nobody_free"));
  if (told.length > 0) parts.push(say("timeline.told", { names: told.join(", ") }));
  return parts.join(". ");
}

function whoOf(entry: TimelineEntry, facts: Facts, names: Names): string | null {
  if (entry.kind === "officer_offered") return (facts.offers ?? []).map((offer) => offer.officer.name).join(", ");
  if (facts.officer) return facts.officer.name;
  if (facts.operator) return facts.operator.name;
  if (facts.people) return facts.people.map((one) => one.name).join(", ");
  if (facts.offers && facts.offers.length > 0) return facts.offers.map((offer) => offer.officer.name).join(", ");
  if (entry.kind === "neighbours_told") return (facts.told ?? []).map((one) => one.person.name).join(", ");
  if (facts.offer_ids) return facts.offer_ids.map((id) => names.of(id)).join(", ");
  return names.of(facts.officer_id ?? facts.person_id ?? facts.offer_id ?? entry.actor?.id);
}

function wordOr(say: Say, key: string, other: string): string {
  return isWord(key) ? say(key as Word) : other;
}

function factsOf(entry: TimelineEntry): Facts {
  return typeof entry.data === "object" && entry.data !== null ? (entry.data as Facts) : {};
}
