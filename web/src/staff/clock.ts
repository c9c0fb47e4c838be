// One ticking clock for all countdowns of a staff page, in the server's time: a laptop whose clock is wrong still shows true seconds.
import { signal } from "@preact/signals";
import { ServerClock } from "../shared/times";

const TICK_MS = 1000;
const clock = new ServerClock();
let isTicking = false;

/** The server's time, renewed each second. */
export const now = signal(Date.now());

export function serverNow(): number {
  return clock.now();
}

/** Called with every time that the server tells (welcome, heartbeat). */
export function setServerTime(serverTimeMs: number): void {
  if (serverTimeMs <= 0) return;
  clock.set(serverTimeMs, Date.now());
  now.value = clock.now();
}

export function startClock(): void {
  if (isTicking) return;
  isTicking = true;
  setInterval(() => {
    now.value = clock.now();
  }, TICK_MS);
}
