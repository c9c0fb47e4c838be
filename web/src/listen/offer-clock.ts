// How an offer's time runs out. Pure: instants are arguments, in the server's time.

export interface OfferTime {
  /** Seconds still left, to the nearest; at least 1 until it is over. */
  seconds: number;
  /** 0 (just made) to 100 (gone): how much of the ring has burned down. */
  gone: number;
  isOver: boolean;
}

/**
 * The ring needs the whole length of the offer, which the wire does not tell: it is taken from the moment when this page first saw the
 * offer, so that after a reload `firstSeenMs` must be remembered with it.
 */
export function offerTime(firstSeenMs: number, deadlineMs: number, nowMs: number): OfferTime {
  const left = Math.max(0, deadlineMs - nowMs);
  const whole = Math.max(1, deadlineMs - firstSeenMs);
  const gone = Math.min(100, Math.max(0, 100 - (100 * left) / whole));
  return { seconds: left === 0 ? 0 : Math.max(1, Math.round(left / 1000)), gone: Math.round(gone), isOver: left === 0 };
}

/** When the sound plays: at once, at half time, and with 5 seconds left; each once. Returns how many times it should have played. */
export function callsDue(firstSeenMs: number, deadlineMs: number, nowMs: number): number {
  if (nowMs >= deadlineMs) return 0;
  const half = firstSeenMs + (deadlineMs - firstSeenMs) / 2;
  const late = deadlineMs - 5000;
  return 1 + (nowMs >= half ? 1 : 0) + (late > half && nowMs >= late ? 1 : 0);
}

/** A wrap-up's rest as minutes and seconds, for a countdown. */
export function wrapUpLeft(untilMs: number, nowMs: number): number {
  return Math.max(0, Math.ceil((untilMs - nowMs) / 1000));
}
