/* What an operator has typed and not sent, for each incident and form. It lives as long as the page and is kept nowhere else. */
export type Written = "note" | "close";

export class Drafts {
  readonly #texts = new Map<string, string>();

  of(incidentId: string, form: Written): string {
    return this.#texts.get(key(incidentId, form)) ?? "";
  }

  keep(incidentId: string, form: Written, text: string): void {
    if (text === "") this.#texts.delete(key(incidentId, form));
    else this.#texts.set(key(incidentId, form), text);
  }

  /** What was typed on while `text` was under way is no part of it, and stays. */
  sent(incidentId: string, form: Written, text: string): void {
    if (this.of(incidentId, form) === text) this.keep(incidentId, form, "");
  }
}

function key(incidentId: string, form: Written): string {
  return `${form} ${incidentId}`;
}
