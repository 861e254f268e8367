/* The kentongan itself: hollow wood, made by WebAudio. The browser may hold it back until somebody touches the page. */
import { keep, readKept } from "../api/store";
import { type BeatName, strokesOf } from "./beats";
import { freesSound } from "./touch";

export type DrumState = "on" | "off" | "blocked";

const KEY = "kentongan.representative.sound";

/** A struck slit drum: its note, and the partial of the bamboo's wall that dies away sooner. Hz, loudness, seconds. */
const PARTIALS = [
  [430, 0.6, 0.14],
  [1130, 0.25, 0.05],
] as const;

/** Time for the sound card between being told and the first stroke. */
const LEAD_S = 0.05;

export class Drum {
  #wanted = $state(readKept(KEY) !== "off");
  #running = $state(false);
  state = $derived<DrumState>(!this.#wanted ? "off" : this.#running ? "on" : "blocked");
  readonly #open: () => AudioContext;
  #audio: AudioContext | null = null;
  #beating: GainNode | null = null;

  constructor(open: () => AudioContext = () => new AudioContext()) {
    this.#open = open;
  }

  /** Any touch of the page frees the sound, so that nobody has to find the button. */
  start(signal: AbortSignal): void {
    const free = (event: Event) => void (freesSound(event) && this.free());
    addEventListener("pointerup", free, { signal });
    addEventListener("keydown", free, { signal });
    signal.addEventListener("abort", () => void this.#audio?.close());
    if (navigator.userActivation?.hasBeenActive) void this.free();
  }

  toggle(): void {
    if (this.state === "blocked") return void this.free();
    this.#wanted = !this.#wanted;
    keep(KEY, this.#wanted ? "on" : "off");
    if (!this.#wanted) this.hush();
  }

  async free(): Promise<void> {
    this.#audio ??= this.#opened();
    await this.#audio.resume();
    this.#running = this.#audio.state === "running";
  }

  /** One beat at a time: the next one silences the last. False when nobody can hear it. */
  beat(name: BeatName, seconds: number): boolean {
    this.hush();
    if (this.state !== "on" || this.#audio === null) return false;
    const audio = this.#audio;
    const hand = audio.createGain();
    hand.connect(audio.destination);
    this.#beating = hand;
    for (const at of strokesOf(name, seconds)) this.#stroke(audio, hand, audio.currentTime + LEAD_S + at);
    return true;
  }

  hush(): void {
    this.#beating?.disconnect();
    this.#beating = null;
  }

  #opened(): AudioContext {
    const audio = this.#open();
    audio.onstatechange = () => {
      this.#running = audio.state === "running";
    };
    return audio;
  }

  #stroke(audio: AudioContext, hand: GainNode, at: number): void {
    for (const [hertz, loudness, lengthS] of PARTIALS) {
      const tone = audio.createOscillator();
      const volume = audio.createGain();
      tone.type = "triangle";
      // Struck wood begins a little high and falls at once.
      tone.frequency.setValueAtTime(hertz * 1.08, at);
      tone.frequency.exponentialRampToValueAtTime(hertz, at + 0.02);
      volume.gain.setValueAtTime(loudness, at);
      volume.gain.exponentialRampToValueAtTime(0.001, at + lengthS);
      tone.connect(volume).connect(hand);
      tone.start(at);
      tone.stop(at + lengthS);
    }
  }
}
