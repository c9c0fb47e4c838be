// What people type into admin forms, as the API wants it. Pure.

/** "en, es  pt-BR" -> tags. */
export function tagsOf(typed: string): string[] {
  return [...new Set(typed.split(/[\s,;]+/).filter(Boolean))];
}

/** The end of a day as the person who typed it means it (their own time zone); null for an empty field. */
export function endOfDayMs(typed: string): number | null {
  if (!typed) return null;
  const at = new Date(`${typed}T23:59:59.999`).getTime();
  return Number.isNaN(at) ? null : at;
}

/** A day for a date field: 2026-11-22. */
export function dayField(atMs: number): string {
  const at = new Date(atMs);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

export interface Found {
  words: string;
  role: string;
  ageBand: string;
}

/** Does a person match what is looked for? Empty parts match everyone. */
export function matches(
  person: { name: string; display_name: string; role: string; age_bands: readonly string[] },
  wanted: Found,
): boolean {
  const words = wanted.words.trim().toLowerCase();
  if (words && !`${person.name} ${person.display_name}`.toLowerCase().includes(words)) return false;
  if (wanted.role && person.role !== wanted.role) return false;
  return !wanted.ageBand || person.age_bands.includes(wanted.ageBand);
}

export interface DetailWords {
  /** Writes an instant. */
  day: (atMs: number) => string;
  /** What a clearance is called; null for what is none. */
  clearance: (kind: string, value: string) => string | null;
}

/** The parts of an audit line's detail, flat and without ids: nobody reads braces. */
export function detailParts(detail: Record<string, unknown>, { day, clearance }: DetailWords): string[] {
  const named = clearance(String(detail.kind), String(detail.value));
  const parts = named === null ? [] : [named];
  for (const [key, value] of Object.entries(detail)) {
    if (named !== null && (key === "kind" || key === "value")) continue;
    if (value === null || value === "" || key.endsWith("_id")) continue;
    const name = key.replace(/_at_ms$/, "").replace(/_/g, " ");
    const words = key.endsWith("_at_ms") && typeof value === "number" ? day(value) : String(value).replace(/,/g, ", ");
    parts.push(`${name}: ${words}`);
  }
  return parts;
}
