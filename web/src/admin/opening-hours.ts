// The opening hours of a pool as a form holds them. Pure.

export interface OpenTime {
  day: number;
  opens: string;
  closes: string;
}

export interface Hours {
  time_zone: string;
  weekly: OpenTime[];
}

/** Monday is 0, as on the wire. 2024-01-01 was a Monday. */
export function dayNames(language: string): string[] {
  const format = new Intl.DateTimeFormat(language, { weekday: "long", timeZone: "UTC" });
  return Array.from({ length: 7 }, (_, day) => format.format(Date.UTC(2024, 0, 1 + day)));
}

/** A time field knows no 24:00; midnight as an end means the same. */
export function forField(time: string): string {
  return time === "24:00" ? "00:00" : time;
}

/** Which zone this browser thinks it is in: the best first guess for a service that opens here. */
export function ownTimeZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
}

export function firstHours(): Hours {
  const weekly = Array.from({ length: 7 }, (_, day) => ({ day, opens: "18:00", closes: "23:00" }));
  return { time_zone: ownTimeZone(), weekly };
}

/** "Monday 18:00 to 23:00" for each span, in order of the week. */
export function spoken(
  hours: Hours,
  language: string,
  sentence: (day: string, opens: string, closes: string) => string,
): string[] {
  const names = dayNames(language);
  return [...hours.weekly]
    .sort((a, b) => a.day - b.day || a.opens.localeCompare(b.opens))
    .map((span) => sentence(names[span.day] ?? "", span.opens, span.closes));
}
