/* Says once for each thing that this phone has got it, and keeps saying it until the server has heard. */
import { ApiError, Unreachable, request } from "../api/http";

/** An offer without a receipt within 4 s counts as not delivered (receipt_s in the policy): several tries must fit. */
const RETRY_MS = 1_000;
const TIMEOUT_MS = 2_000;

export class Receipts {
  #token: string;
  #said = new Set<string>();
  #stopped = false;
  readonly #onHeard: (answer: unknown) => void;

  /** `onHeard` gets what the server answers to each. */
  constructor(token: string, onHeard: (answer: unknown) => void = () => undefined) {
    this.#token = token;
    this.#onHeard = onHeard;
  }

  stop(): void {
    this.#stopped = true;
  }

  /** `path` is the thing's address, such as /v1/offers/ID. */
  give(path: string): void {
    if (this.#said.has(path)) return;
    this.#said.add(path);
    void this.#say(path);
  }

  async #say(path: string): Promise<void> {
    while (!this.#stopped) {
      if (await this.#heard(path)) return;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }

  /** A refusal counts as heard: what no longer exists needs no receipt. */
  async #heard(path: string): Promise<boolean> {
    try {
      this.#onHeard(await request("POST", `${path}/receipt`, { token: this.#token, timeoutMs: TIMEOUT_MS }));
      return true;
    } catch (error) {
      if (error instanceof Unreachable) return false;
      if (error instanceof ApiError) return !error.passes;
      throw error;
    }
  }
}
