// Calls the person back to this tab when a listener is ready: the title, and if they want it a sound and a short buzz.

import { value } from "./store";

/** Stands in the title instead of the page's own while it calls. */
export const calling = value<string | null>(null);

let blinking: ReturnType<typeof setInterval> | undefined;
let audio: AudioContext | null = null;

const BLINK_MS = 1_200;
/** Two soft notes, a fifth apart; quiet enough for a sleeping house. */
const NOTES_HZ = [440, 660];
const NOTE_S = 0.35;
const LOUDNESS = 0.08;

/** Browsers give sound only after a tap: call this from one. */
export function allowSound(): void {
  audio ??= typeof AudioContext === "function" ? new AudioContext() : null;
  void audio?.resume();
}

function chime(): void {
  const context = audio;
  if (context?.state !== "running") return;
  NOTES_HZ.forEach((pitch, index) => {
    const from = context.currentTime + index * NOTE_S;
    const note = context.createOscillator();
    const loudness = context.createGain();
    note.frequency.value = pitch;
    loudness.gain.setValueAtTime(0, from);
    loudness.gain.linearRampToValueAtTime(LOUDNESS, from + 0.03);
    loudness.gain.exponentialRampToValueAtTime(0.0001, from + NOTE_S);
    note.connect(loudness).connect(context.destination);
    note.start(from);
    note.stop(from + NOTE_S);
  });
}

export function callBack(title: string, withSound: boolean): void {
  rest();
  calling.value = title;
  blinking = setInterval(() => {
    calling.value = calling.value === null || !document.hidden ? title : null;
  }, BLINK_MS);
  if (!withSound) return;
  chime();
  navigator.vibrate?.([120, 80, 120]);
}

/** No more calling. */
export function rest(): void {
  clearInterval(blinking);
  blinking = undefined;
  calling.value = null;
}
