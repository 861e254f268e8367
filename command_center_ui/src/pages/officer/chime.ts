/* The officer's phone makes itself heard for a new offer: it shakes, and sounds where the browser lets it. */

export class Chime {
  #audio: AudioContext | null = null;

  /** Browsers allow sound only after a touch; the switch to duty is that touch. */
  allow(): void {
    this.#audio ??= new AudioContext();
    void this.#audio.resume();
  }

  ring(silent: boolean): void {
    navigator.vibrate?.([300, 120, 300, 120, 300]);
    if (this.#audio?.state !== "running" || silent) return;
    for (const start of [0, 0.3, 0.6]) this.#tone(this.#audio, start);
  }

  #tone(audio: AudioContext, start: number): void {
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    tone.frequency.value = 1040;
    volume.gain.setValueAtTime(0.4, audio.currentTime + start);
    volume.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + start + 0.24);
    tone.connect(volume).connect(audio.destination);
    tone.start(audio.currentTime + start);
    tone.stop(audio.currentTime + start + 0.25);
  }
}
