/* Whether this officer is on duty: the server's word, and the switch. */
import { request } from "../../api/http";
import { type Trouble, troubleOf } from "../../api/say";

export class Duty {
  /** Null until the server has said it. */
  on = $state<boolean | null>(null);
  busy = $state(false);
  trouble = $state.raw<Trouble | null>(null);

  #token: string;

  constructor(token: string) {
    this.#token = token;
  }

  learn(on: boolean | null): void {
    if (!this.busy) this.on = on;
  }

  async switch(on: boolean): Promise<void> {
    this.busy = true;
    this.trouble = null;
    try {
      await request("PUT", "/v1/me/duty", { token: this.#token, body: { on_duty: on } });
      this.on = on;
    } catch (error) {
      this.trouble = troubleOf(error);
    } finally {
      this.busy = false;
    }
  }
}
