/* Whether this officer is on duty, and with what: the server's word, the switch and the choice. */
import { request } from "../../api/http";
import { type Trouble, troubleOf } from "../../api/say";
import type { UnitKind } from "../../wire";

export class Duty {
  /** Null until the server has said it. */
  on = $state<boolean | null>(null);
  unit = $state<UnitKind | null>(null);
  busy = $state(false);
  trouble = $state.raw<Trouble | null>(null);

  #token: string;

  constructor(token: string) {
    this.#token = token;
  }

  learn(on: boolean | null, unit: UnitKind | null): void {
    if (this.busy) return;
    this.on = on;
    this.unit = unit;
  }

  switch(on: boolean): Promise<void> {
    return this.#say(on, this.unit);
  }

  /** Off duty it is kept for when duty begins. */
  async travel(unit: UnitKind): Promise<void> {
    if (this.on) await this.#say(true, unit);
    else this.unit = unit;
  }

  async #say(on: boolean, unit: UnitKind | null): Promise<void> {
    this.busy = true;
    this.trouble = null;
    try {
      await request("PUT", "/v1/me/duty", { token: this.#token, body: { on_duty: on, unit } });
      this.on = on;
      this.unit = unit;
    } catch (error) {
      this.trouble = troubleOf(error);
    } finally {
      this.busy = false;
    }
  }
}
