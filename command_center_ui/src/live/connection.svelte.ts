/* The socket around the pure session: opens, reads, waits and opens again, for as long as the page lives. */
import type { ServerFrame } from "../wire";
import { type Effect, type Input, NEW_SESSION, type Session, isStale, step } from "./session";

/** A connection that has not opened after this long hangs in a network that swallows packets. */
const OPEN_TIMEOUT_MS = 8_000;
/** A hidden page gets no animation frames; it still has to sound for new incidents. */
const HIDDEN_FLUSH_MS = 100;
const TICK_MS = 1_000;

export class LiveConnection {
  session = $state.raw<Session>(NEW_SESSION);
  now = $state(performance.now());
  stale = $derived(isStale(this.session, this.now));

  #token: string | null;
  #socket: WebSocket | null = null;
  #frames: ServerFrame[] = [];
  #flushing = false;
  #timers = new Set<ReturnType<typeof setTimeout>>();
  #stop = new AbortController();

  /** `token` is null where the browser's cookie speaks for the user. */
  constructor(token: string | null) {
    this.#token = token;
  }

  start(): void {
    const { signal } = this.#stop;
    const ticker = setInterval(() => this.#tick(), TICK_MS);
    signal.addEventListener("abort", () => clearInterval(ticker));
    addEventListener("online", () => this.retryNow(), { signal });
    document.addEventListener("visibilitychange", () => this.#tick(), { signal });
    this.#connect();
  }

  stop(): void {
    this.#stop.abort();
    for (const timer of this.#timers) clearTimeout(timer);
    this.#socket?.close();
    this.#socket = null;
  }

  /** Tries at once instead of waiting out the pause. */
  retryNow(): void {
    if (this.session.phase === "waiting") this.#feed({ type: "retry" });
  }

  #tick(): void {
    this.now = performance.now();
    this.#feed({ type: "tick", now: this.now });
  }

  #feed(input: Input): void {
    const next = step(this.session, input, this.#token);
    this.session = next.session;
    for (const effect of next.effects) this.#perform(effect);
  }

  #perform(effect: Effect): void {
    switch (effect.do) {
      case "connect":
        return this.#connect();
      case "send":
        return this.#socket?.send(JSON.stringify(effect.frame));
      case "drop":
        return this.#drop();
      case "wait":
        return this.#after(effect.ms, () => this.retryNow());
    }
  }

  #connect(): void {
    if (this.#stop.signal.aborted || this.#socket !== null) return;
    const socket = new WebSocket(new URL("/v1/live", location.href.replace(/^http/, "ws")));
    this.#socket = socket;
    socket.onopen = () => this.#feed({ type: "opened", now: performance.now() });
    socket.onmessage = (message) => this.#receive(socket, message.data);
    socket.onclose = (close) => this.#closed(socket, close.code);
    this.#after(OPEN_TIMEOUT_MS, () => {
      if (socket.readyState === WebSocket.CONNECTING) this.#abandon(socket);
    });
  }

  #drop(): void {
    if (this.#socket) this.#abandon(this.#socket);
  }

  /** Does not wait for the other side's closing handshake, which a dead network would never bring. */
  #abandon(socket: WebSocket): void {
    socket.close();
    this.#closed(socket, 1006);
  }

  #closed(socket: WebSocket, code: number): void {
    if (socket !== this.#socket) return;
    this.#flush();
    if (socket !== this.#socket) return;
    this.#socket = null;
    this.#frames = [];
    this.#feed({ type: "closed", code, random: Math.random() });
  }

  #receive(socket: WebSocket, text: unknown): void {
    if (socket !== this.#socket || typeof text !== "string") return;
    this.#frames.push(JSON.parse(text) as ServerFrame);
    this.#scheduleFlush();
  }

  /** All frames of one screen refresh are taken in together. */
  #scheduleFlush(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    const flush = () => this.#flush();
    if (document.visibilityState === "visible") requestAnimationFrame(flush);
    this.#after(HIDDEN_FLUSH_MS, flush);
  }

  #flush(): void {
    this.#flushing = false;
    if (this.#frames.length === 0) return;
    const frames = this.#frames;
    this.#frames = [];
    this.now = performance.now();
    this.#feed({ type: "frames", frames, now: this.now, wallMs: Date.now() });
  }

  #after(ms: number, action: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      action();
    }, ms);
    this.#timers.add(timer);
  }
}
