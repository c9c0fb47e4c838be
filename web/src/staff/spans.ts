// Spans of time as staff read them. Pure.

/** 0:07, 9:50, 1:02:03 */
export function stopwatch(spanMs: number): string {
  const whole = Math.max(0, Math.floor(spanMs / 1000));
  const two = (value: number) => String(value).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

export interface Span {
  unit: "seconds" | "minutes" | "hours" | "days";
  n: number;
}

/** One number and one unit, as a person would say it. */
export function roughly(spanMs: number): Span {
  const seconds = Math.max(0, Math.round(spanMs / 1000));
  if (seconds < 60) return { unit: "seconds", n: seconds };
  const minutes = Math.floor(seconds / 60);
  if (minutes < 90) return { unit: "minutes", n: minutes };
  const hours = Math.round(minutes / 60);
  if (hours < 48) return { unit: "hours", n: hours };
  return { unit: "days", n: Math.round(hours / 24) };
}
