// The sound of an offer: two soft notes, made here, so that nothing is downloaded and nothing is recorded.
// Browsers stay silent until the person has acted on the page; `unlock` is called from their first act.

import { signal } from "@preact/signals";

let context: AudioContext | null = null;

/** False after a page was loaded anew, until the person acts on it: an offer would come without its sound. */
export const mayPlay = signal(navigator.userActivation?.hasBeenActive ?? true);

const NOTES = [
  { frequency: 523.25, at: 0 },
  { frequency: 659.25, at: 0.22 },
];

const PRACTICE_NOTES = [
  { frequency: 392, at: 0 },
  { frequency: 329.63, at: 0.22 },
];

export function unlock(): void {
  try {
    context ??= new AudioContext();
    if (context.state === "suspended") void context.resume().then(heard);
    heard();
  } catch {
    mayPlay.value = true; // nothing that they press would change it
    // No sound on this machine. The offer is still shown, and the page's title says it.
  }
}

function heard(): void {
  mayPlay.value = isUnlocked();
}

export function isUnlocked(): boolean {
  return context?.state === "running";
}

/** In practice it sounds lower and falls: nobody shall run to the desk for a practice chat. */
export function chime(isPractice = false): void {
  if (context?.state !== "running") return;
  const start = context.currentTime + 0.02;
  for (const note of isPractice ? PRACTICE_NOTES : NOTES) {
    const tone = context.createOscillator();
    const loudness = context.createGain();
    tone.type = "sine";
    tone.frequency.value = note.frequency;
    loudness.gain.setValueAtTime(0.0001, start + note.at);
    loudness.gain.exponentialRampToValueAtTime(0.18, start + note.at + 0.03);
    loudness.gain.exponentialRampToValueAtTime(0.0001, start + note.at + 0.9);
    tone.connect(loudness).connect(context.destination);
    tone.start(start + note.at);
    tone.stop(start + note.at + 1);
  }
}
