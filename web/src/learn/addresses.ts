// Where on the learning page somebody is, as the address says it. Pure.

export type Address =
  | { part: "courses" }
  | { part: "lesson"; courseId: string; lessonId: string; section: number | null }
  | { part: "test"; attemptId: string }
  | { part: "practice" }
  | { part: "practised"; practiceId: string }
  | { part: "clearances" }
  | { part: "certificates" }
  | { part: "desk" }
  | { part: "write" }
  | { part: "draft"; courseId: string }
  | { part: "file"; courseId: string; path: string }
  | { part: "editions"; courseId: string }
  | { part: "reviews" }
  | { part: "agreement" }
  | { part: "review"; reviewId: string }
  | { part: "numbers" }
  | { part: "people" }
  | { part: "person"; personId: string };

/** #lesson/starter/reflecting/2 -> that lesson, its third section. What isn't an address here (#main) is null: stay. */
export function addressOf(hash: string): Address | null {
  const [part = "", ...ids] = hash.replace(/^#/, "").split("/").map(decoded);
  const [first, second, third] = ids;
  if (part === "" || part === "courses") return { part: "courses" };
  if (part === "practice") return first ? { part: "practised", practiceId: first } : { part: "practice" };
  if (part === "clearances" || part === "certificates" || part === "desk" || part === "numbers") return { part };
  if (part === "reviews" && first === "agreement") return { part: "agreement" };
  if (part === "reviews") return first ? { part: "review", reviewId: first } : { part: "reviews" };
  if (part === "write") {
    // The rest is one path: a file stands in a folder for its language.
    if (first && second) return { part: "file", courseId: first, path: [second, third].filter(Boolean).join("/") };
    return first ? { part: "draft", courseId: first } : { part: "write" };
  }
  if (part === "editions" && first) return { part: "editions", courseId: first };
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
export const practiceHash = (practiceId: string): string => `#practice/${encodeURIComponent(practiceId)}`;
export const draftHash = (courseId: string): string => `#write/${encodeURIComponent(courseId)}`;
export const editionsHash = (courseId: string): string => `#editions/${encodeURIComponent(courseId)}`;
export const fileHash = (courseId: string, path: string): string =>
  `${draftHash(courseId)}/${path.split("/").map(encodeURIComponent).join("/")}`;
export const reviewHash = (reviewId: string): string => `#reviews/${encodeURIComponent(reviewId)}`;
export const personHash = (personId: string): string => `#people/${encodeURIComponent(personId)}`;

/** Do two addresses show the same, but for where on it one looks? */
export function isSameView(one: Address, other: Address): boolean {
  const bare = (address: Address) =>
    JSON.stringify(address.part === "lesson" ? { ...address, section: null } : address);
  return bare(one) === bare(other);
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
