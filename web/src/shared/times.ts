let clock: { language: string; format: Intl.DateTimeFormat } | undefined;

/** 3:04 AM or 03:04, as the language writes it. Making a format takes an old phone 2 ms, and a long chat shows a hundred. */
export function clockTime(atMs: number, language: string): string {
  if (clock?.language !== language) {
    clock = { language, format: new Intl.DateTimeFormat(language, { hour: "numeric", minute: "2-digit" }) };
  }
  return clock.format.format(atMs);
}

/** Friday, 9:00: for something within the next days. */
export function dayAndTime(atMs: number, language: string): string {
  const format = new Intl.DateTimeFormat(language, { weekday: "long", hour: "numeric", minute: "2-digit" });
  return format.format(atMs);
}

/** Whole minutes, never less than 1: nobody is told "0 minutes". */
export function minutes(seconds: number): number {
  return Math.max(1, Math.round(seconds / 60));
}

/** How far this device's clock is from the server's, from what `welcome` says. */
export class ServerClock {
  private aheadMs = 0;

  set(serverTimeMs: number, nowMs: number): void {
    this.aheadMs = serverTimeMs - nowMs;
  }

  now(): number {
    return Date.now() + this.aheadMs;
  }
}
