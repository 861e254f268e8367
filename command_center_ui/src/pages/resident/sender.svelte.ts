/* Gets every press to the server: keeps the queue on the phone, sends what is due, and asks how the last one goes on. */
import { keep, readKept } from "../../api/store";
import { newId } from "../../api/uuid";
import { ApiError, Unreachable, request } from "../../api/http";
import { Whereabouts } from "../../location/whereabouts.svelte";
import type { AlarmAccepted, AlarmProgress, Kind } from "../../wire";
import { type Entry, type Happening, type Queue, after, bodyOf, due, isFinal, restored } from "./queue";
import { outlookOf } from "./outlook";
import { Tracker } from "./tracker.svelte";

/** Two to three seconds: soon enough for somebody who waits, and a tenth of what the server could bear. */
const ASK_EVERY_MS = 2_500;
const TICK_MS = 250;
/** A try that hangs longer than this is given up for a new one; the id makes the repetition harmless. */
const SEND_TIMEOUT_MS = 6_000;

export class Sender {
  queue = $state.raw<Queue>([]);
  progress = $state.raw<AlarmProgress | null>(null);
  progressAt = $state<number | null>(null);
  online = $state(navigator.onLine);
  latest = $derived<Entry | null>(this.queue.at(-1) ?? null);
  outlook = $derived(outlookOf(this.latest, this.progress, this.online));
  where = new Whereabouts((position) => {
    this.#happen({ type: "fix", position });
    this.#tracker.saw(position);
  });

  #tracker: Tracker;
  #token: string;
  #key: string;
  #askedAt = 0;
  /** What the page was opened with. If it is over by now, the page shows the button and not yesterday's end. */
  #opened: string | null;
  #asking = false;
  /** Counts the cancels: an answer that was asked for before one of them is older than what is known. */
  #cancels = 0;
  #stop = new AbortController();

  constructor(token: string, subject: string) {
    this.#token = token;
    this.#key = `kentongan.resident.queue.${subject}`;
    this.queue = restored(readKept(this.#key), Date.now());
    this.#opened = this.latest?.press.id ?? null;
    this.#tracker = new Tracker(token, subject, () => this.where.refresh());
  }

  start(): void {
    const { signal } = this.#stop;
    addEventListener("online", () => this.#network(true), { signal });
    addEventListener("offline", () => this.#network(false), { signal });
    const ticker = setInterval(() => this.#tick(), TICK_MS);
    signal.addEventListener("abort", () => clearInterval(ticker));
    this.where.start();
    this.#tick();
  }

  stop(): void {
    this.#stop.abort();
    this.where.stop();
  }

  /** Kept on the phone first, sent in the same moment, with whatever position is known now. */
  press(kind: Kind, silent: boolean, drill: boolean): void {
    const now = Date.now();
    const press = {
      id: newId(),
      kind,
      silent,
      drill,
      pressedAt: new Date(now).toISOString(),
      position: this.where.current(now),
    };
    this.#happen({ type: "pressed", press, now });
    this.#tracker.begin(press.id);
    this.#tick();
  }

  /** Raises ApiError and Unreachable. Whatever PIN it was that the server took: nothing here depends on it. */
  async cancel(pin: string): Promise<void> {
    const entry = this.latest;
    if (entry === null) return;
    const path = `/v1/alarms/${encodeURIComponent(entry.press.id)}/cancel`;
    const progress = await request<AlarmProgress>("POST", path, { token: this.#token, body: { pin } });
    this.#cancels += 1;
    this.#hear(entry, progress);
  }

  /** Raises ApiError and Unreachable. */
  async setPins(pin: string, duressPin: string): Promise<void> {
    await request("PUT", "/v1/me/pins", { token: this.#token, body: { pin, duress_pin: duressPin } });
  }

  /** Back to the button: only presses that are over are forgotten, never one that is still to be sent. */
  dismiss(): void {
    for (const entry of this.queue) {
      if (entry.progress === "accepted" || entry.progress === "refused")
        this.#happen({ type: "forget", id: entry.press.id });
    }
    this.progress = null;
    this.progressAt = null;
  }

  #happen(happening: Happening): void {
    this.queue = after(this.queue, happening);
    keep(this.#key, JSON.stringify(this.queue));
  }

  #network(online: boolean): void {
    this.online = online;
    if (!online) return;
    this.#happen({ type: "online", now: Date.now() });
    this.#tracker.online();
    this.#tick();
  }

  #tick(): void {
    const now = Date.now();
    for (const entry of due(this.queue, now)) void this.#send(entry);
    this.#tracker.tick();
    if (now - this.#askedAt >= ASK_EVERY_MS) void this.#ask(now);
  }

  async #send(entry: Entry): Promise<void> {
    const { id } = entry.press;
    this.#happen({ type: "sending", id });
    const body = bodyOf(entry.press, new Date().toISOString());
    try {
      const answer = await request<AlarmAccepted>("POST", "/v1/alarms", {
        token: this.#token,
        body,
        timeoutMs: SEND_TIMEOUT_MS,
      });
      this.#happen({ type: "accepted", id, answer });
      this.#tracker.taken(id);
      void this.#ask(Date.now());
    } catch (error) {
      const setback = this.#setback(id, error);
      if (setback.type === "refused") this.#tracker.end(id);
      this.#happen(setback);
    }
  }

  #setback(id: string, error: unknown): Happening {
    if (error instanceof ApiError && isFinal(error.status, error.code))
      return { type: "refused", id, code: error.code };
    if (!(error instanceof ApiError) && !(error instanceof Unreachable)) throw error;
    const retryAfterMs = error instanceof ApiError ? error.retryAfterMs : null;
    return { type: "failed", id, now: Date.now(), random: Math.random(), retryAfterMs };
  }

  async #ask(now: number): Promise<void> {
    const entry = this.latest;
    const over = this.progress?.status === "closed" && this.progress.id === entry?.press.id;
    if (entry === null || entry.progress !== "accepted" || over || this.#asking) return;
    this.#asking = true;
    this.#askedAt = now;
    const cancels = this.#cancels;
    try {
      const path = `/v1/alarms/${encodeURIComponent(entry.press.id)}`;
      const progress = await request<AlarmProgress>("GET", path, { token: this.#token });
      if (cancels === this.#cancels) this.#hear(entry, progress);
    } catch (error) {
      if (!(error instanceof ApiError) && !(error instanceof Unreachable)) throw error;
      // The server knows nothing of it, as after a new beginning with an empty database.
      if (error instanceof ApiError && error.code === "alarm_unknown" && entry.press.id === this.#opened)
        this.dismiss();
    } finally {
      this.#asking = false;
    }
  }

  #hear(entry: Entry, progress: AlarmProgress): void {
    if (progress.stream_until) this.#tracker.cancelled(entry.press.id);
    else if (progress.status === "closed") this.#tracker.end(entry.press.id);
    if (progress.status === "closed" && entry.press.id === this.#opened) return this.dismiss();
    this.#opened = null;
    this.progress = progress;
    this.progressAt = Date.now();
  }
}
