/* The console's sound. The browser may hold it back until somebody touches the page; that is said, never hidden. */
import { keep, readKept } from "../../api/store";
import { freesSound } from "../../kentongan/touch";

export type BellState = "on" | "off" | "blocked";

/** Two falling tones for a new incident; a higher, repeated pair while somebody is alone. In Hz and seconds. */
const TUNES = {
  fresh: [
    [880, 0, 0.16],
    [660, 0.2, 0.3],
  ],
  alone: [
    [988, 0, 0.12],
    [988, 0.18, 0.12],
    [988, 0.36, 0.2],
  ],
} as const;

const KEY = "kentongan.console.sound";

export class Bell {
  #wanted = $state(readKept(KEY) !== "off");
  #running = $state(false);
  state = $derived<BellState>(!this.#wanted ? "off" : this.#running ? "on" : "blocked");
  #audio: AudioContext | null = null;

  /** Any touch of the page frees the sound, so that nobody has to find the button. At its end: freed at its beginning, the
      button that asks for it would shrink under the finger, and what was touched would have moved away. */
  start(signal: AbortSignal): void {
    const free = (event: Event) => void (freesSound(event) && this.#free());
    addEventListener("pointerup", free, { signal });
    addEventListener("keydown", free, { signal });
    signal.addEventListener("abort", () => void this.#audio?.close());
    // Some browsers let a page that is used often sound at once.
    if (navigator.userActivation?.hasBeenActive) void this.#free();
  }

  toggle(): void {
    if (this.state === "blocked") return void this.#free();
    this.#wanted = !this.#wanted;
    keep(KEY, this.#wanted ? "on" : "off");
  }

  ring(tune: keyof typeof TUNES): void {
    if (this.state !== "on" || this.#audio === null) return;
    for (const [hertz, start, length] of TUNES[tune]) this.#tone(this.#audio, hertz, start, length);
  }

  async #free(): Promise<void> {
    this.#audio ??= this.#open();
    await this.#audio.resume();
    this.#running = this.#audio.state === "running";
  }

  #open(): AudioContext {
    const audio = new AudioContext();
    audio.onstatechange = () => {
      this.#running = audio.state === "running";
    };
    return audio;
  }

  #tone(audio: AudioContext, hertz: number, start: number, length: number): void {
    const at = audio.currentTime + start;
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    tone.frequency.value = hertz;
    // Rising and falling within a few milliseconds keeps the speaker from clicking.
    volume.gain.setValueAtTime(0, at);
    volume.gain.linearRampToValueAtTime(0.35, at + 0.015);
    volume.gain.exponentialRampToValueAtTime(0.001, at + length);
    tone.connect(volume).connect(audio.destination);
    tone.start(at);
    tone.stop(at + length);
  }
}
