// Answers that were begun and not sent, and bookmarks that the service has not got yet. Both outlive a reload.
import { Problem } from "../shared/http";
import { thisDevice } from "../shared/safe-storage";
import { BOOKMARKS_KEY, DRAFTS_KEY } from "../staff/kept";
import { sendBookmark } from "./learning";

export interface Draft {
  chosen: string[];
  text: string;
  checked: string[];
}

type Kept<T> = Record<string, T>;

function read<T>(key: string): Kept<T> {
  try {
    const found: unknown = JSON.parse(thisDevice.getItem(key) ?? "{}");
    return typeof found === "object" && found !== null ? (found as Kept<T>) : {};
  } catch {
    return {};
  }
}

function change<T>(key: string, act: (kept: Kept<T>) => void): void {
  const kept = read<T>(key);
  act(kept);
  if (Object.keys(kept).length === 0) thisDevice.removeItem(key);
  else thisDevice.setItem(key, JSON.stringify(kept));
}

export const draftOf = (attemptId: string, questionId: string): Draft | null =>
  read<Draft>(DRAFTS_KEY)[`${attemptId}/${questionId}`] ?? null;

export const keepDraft = (attemptId: string, questionId: string, draft: Draft): void =>
  change<Draft>(DRAFTS_KEY, (kept) => {
    kept[`${attemptId}/${questionId}`] = draft;
  });

/** Of one question, or of the whole attempt. */
export const dropDrafts = (attemptId: string, questionId?: string): void =>
  change<Draft>(DRAFTS_KEY, (kept) => {
    const isGone = (key: string) =>
      questionId === undefined ? key.startsWith(`${attemptId}/`) : key === `${attemptId}/${questionId}`;
    for (const key of Object.keys(kept)) if (isGone(key)) delete kept[key];
  });

interface Bookmark {
  section: number;
  isRead: boolean;
}

/** Keeps the bookmark here first, then sends it. Having read a lesson to its end is never taken back. */
export function keepBookmark(courseId: string, lessonId: string, section: number, isRead: boolean): Promise<boolean> {
  const key = `${courseId}/${lessonId}`;
  change<Bookmark>(BOOKMARKS_KEY, (kept) => {
    kept[key] = { section, isRead: isRead || (kept[key]?.isRead ?? false) };
  });
  return sendBookmarks();
}

/** Sends what was not sent yet; true once nothing is left. Never throws: it is tried again with the next bookmark. */
export async function sendBookmarks(): Promise<boolean> {
  for (const [key, bookmark] of Object.entries(read<Bookmark>(BOOKMARKS_KEY))) {
    const [courseId = "", lessonId = ""] = key.split("/");
    try {
      await sendBookmark(courseId, lessonId, bookmark.section, bookmark.isRead);
    } catch (problem) {
      // A lesson that is gone takes no bookmark any more; whatever else went wrong may go right later.
      if (!(problem instanceof Problem && problem.status === 404)) return false;
    }
    change<Bookmark>(BOOKMARKS_KEY, (kept) => {
      const now = kept[key];
      if (now?.section === bookmark.section && now.isRead === bookmark.isRead) delete kept[key];
    });
  }
  return true;
}

/** The bookmark that another device can't know yet. */
export const unsentBookmark = (courseId: string, lessonId: string): Bookmark | null =>
  read<Bookmark>(BOOKMARKS_KEY)[`${courseId}/${lessonId}`] ?? null;
