/* Tells the server where the phone goes, from the press until the incident is closed or some time after a cancel. */
import { ApiError, Unreachable, request } from "../../api/http";
import { forget, keep, readKept } from "../../api/store";
import type { Position } from "../../wire";
import * as tracks from "./track";

/** A phone that lies still reports nothing by itself; the operator then sees where it is now, not where it was. */
const ASK_ANEW_MS = 20_000;

export class Tracker {
  #token: string;
  #key: string;
  #track: tracks.Track | null;
  #fixAt = 0;
  #askAnew: () => void;

  constructor(token: string, subject: string, askAnew: () => void) {
    this.#token = token;
    this.#key = `kentongan.resident.track.${subject}`;
    this.#askAnew = askAnew;
    this.#track = tracks.restored(readKept(this.#key), Date.now());
  }

  begin(alarmId: string): void {
    this.#become(tracks.begun(this.#track, alarmId, Date.now()));
  }

  taken(alarmId: string): void {
    this.#change(alarmId, tracks.taken);
  }

  cancelled(alarmId: string): void {
    this.#change(alarmId, (track) => tracks.cancelled(track, Date.now()));
  }

  end(alarmId: string): void {
    this.#change(alarmId, () => null);
  }

  saw(fix: Position): void {
    this.#fixAt = performance.now();
    if (this.#track !== null) this.#become(tracks.withFix(this.#track, fix));
  }

  online(): void {
    if (this.#track !== null) this.#become(tracks.online(this.#track, Date.now()));
  }

  tick(): void {
    const track = this.#track;
    const now = Date.now();
    if (track === null) return;
    if (tracks.isOver(track, now)) return this.#become(null);
    if (performance.now() - this.#fixAt >= ASK_ANEW_MS) {
      this.#fixAt = performance.now();
      this.#askAnew();
    }
    const positions = tracks.due(track, now);
    if (positions.length > 0) void this.#send(track.alarmId, positions);
  }

  async #send(alarmId: string, positions: readonly Position[]): Promise<void> {
    this.#change(alarmId, (track) => tracks.sending(track, Date.now()));
    try {
      const path = `/v1/alarms/${encodeURIComponent(alarmId)}/positions`;
      await request("POST", path, { token: this.#token, body: { positions } });
      this.#change(alarmId, (track) => tracks.done(track, positions));
    } catch (error) {
      this.#setback(alarmId, positions, error);
    }
  }

  #setback(alarmId: string, positions: readonly Position[], error: unknown): void {
    if (!(error instanceof ApiError) && !(error instanceof Unreachable)) throw error;
    const meaning = error instanceof ApiError ? tracks.meaningOf(error.status, error.code) : "later";
    const retryAfterMs = error instanceof ApiError ? error.retryAfterMs : null;
    const failure = { now: Date.now(), random: Math.random(), retryAfterMs };
    this.#change(alarmId, (track) => {
      if (meaning === "over") return null;
      return meaning === "never" ? tracks.done(track, positions) : tracks.failed(track, failure);
    });
  }

  /** What is said of an earlier press's track changes nothing of the present one. */
  #change(alarmId: string, next: (track: tracks.Track) => tracks.Track | null): void {
    if (this.#track?.alarmId === alarmId) this.#become(next(this.#track));
  }

  #become(track: tracks.Track | null): void {
    this.#track = track;
    if (track === null) forget(this.#key);
    else keep(this.#key, JSON.stringify(track));
  }
}
