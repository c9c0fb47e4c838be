// Where on the learning page somebody is, as the address says it. Pure.

export type Place =
  | { part: "courses" }
  | { part: "lesson"; courseId: string; lessonId: string; section: number | null }
  | { part: "test"; attemptId: string }
  | { part: "clearances" }
  | { part: "people" }
  | { part: "person"; personId: string };

/** #lesson/starter/reflecting/2 -> that lesson, its third section. What isn't a place here (#main) is null: stay. */
export function placeOf(hash: string): Place | null {
  const [part = "", ...ids] = hash.replace(/^#/, "").split("/").map(decoded);
  const [first, second, third] = ids;
  if (part === "" || part === "courses") return { part: "courses" };
  if (part === "clearances") return { part: "clearances" };
  if (part === "people") return first ? { part: "person", personId: first } : { part: "people" };
  if (part === "test" && first) return { part: "test", attemptId: first };
  if (part === "lesson" && first && second) {
    const section = third !== undefined && /^\d{1,3}$/.test(third) ? Number(third) : null;
    return { part: "lesson", courseId: first, lessonId: second, section };
  }
  return null;
}

export const lessonHash = (courseId: string, lessonId: string, section?: number): string =>
  `#lesson/${encodeURIComponent(courseId)}/${encodeURIComponent(lessonId)}${section === undefined ? "" : `/${section}`}`;
export const testHash = (attemptId: string): string => `#test/${encodeURIComponent(attemptId)}`;
export const personHash = (personId: string): string => `#people/${encodeURIComponent(personId)}`;

/** Do two places show the same, but for where on it one looks? */
export function isSameView(one: Place, other: Place): boolean {
  const bare = (place: Place) => JSON.stringify(place.part === "lesson" ? { ...place, section: null } : place);
  return bare(one) === bare(other);
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
