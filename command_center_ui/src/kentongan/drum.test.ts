import { expect, test, vi } from "vitest";
import { strokesOf } from "./beats";
import { Drum } from "./drum.svelte";

/** Remembers when each tone starts, and whether it can still be heard. */
class FakeAudio {
  state = "suspended";
  currentTime = 10;
  destination = {};
  starts: number[] = [];
  hands: { heard: boolean }[] = [];
  onstatechange: (() => void) | null = null;

  resume(): Promise<void> {
    this.state = "running";
    return Promise.resolve();
  }

  createOscillator() {
    const frequency = { setValueAtTime: () => undefined, exponentialRampToValueAtTime: () => undefined };
    return {
      type: "",
      frequency,
      connect: <T>(next: T): T => next,
      start: (when: number) => this.starts.push(when),
      stop: () => undefined,
    };
  }

  createGain() {
    const hand = { heard: false };
    return {
      gain: { setValueAtTime: () => undefined, exponentialRampToValueAtTime: () => undefined },
      connect: (next: unknown) => {
        if (next === this.destination) {
          hand.heard = true;
          this.hands.push(hand);
        }
      },
      disconnect: () => {
        hand.heard = false;
      },
    };
  }
}

function drum(): { drum: Drum; audio: FakeAudio } {
  vi.stubGlobal("localStorage", { getItem: () => null, setItem: () => undefined });
  const audio = new FakeAudio();
  return { drum: new Drum(() => audio as unknown as AudioContext), audio };
}

test("nothing sounds before somebody touched the page, and that is said", () => {
  const { drum: held } = drum();
  expect([held.state, held.beat("fire", 5)]).toEqual(["blocked", false]);
});

test("each stroke of the beat sounds at its time", async () => {
  const { drum: freed, audio } = drum();
  await freed.free();
  expect(freed.beat("fire", 5)).toBe(true);
  const heard = [...new Set(audio.starts)].map((when) => when - audio.starts[0]!);
  strokesOf("fire", 5).forEach((when, index) => expect(heard[index]).toBeCloseTo(when, 6));
  expect(heard.length).toBe(strokesOf("fire", 5).length);
});

test("one beat at a time, and none after it is turned off", async () => {
  const { drum: freed, audio } = drum();
  await freed.free();
  freed.beat("fire", 5);
  freed.beat("all_clear", 5);
  expect(audio.hands.map((hand) => hand.heard)).toEqual([false, true]);
  freed.toggle();
  expect(audio.hands.map((hand) => hand.heard)).toEqual([false, false]);
  expect([freed.state, freed.beat("fire", 5)]).toEqual(["off", false]);
});
