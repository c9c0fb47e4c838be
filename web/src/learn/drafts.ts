// Answers that were begun and not sent, and places in lessons that the service has not got yet. Both outlive a reload.
import { Problem } from "../shared/http";
import { thisDevice } from "../shared/safe-storage";
import { DRAFTS_KEY, PLACES_KEY } from "../staff/kept";
import { sendPlace } from "./learning";

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

interface Place {
  section: number;
  isRead: boolean;
}

/** Keeps the place here first, then sends it. Having read a lesson to its end is never taken back. */
export function keepPlace(courseId: string, lessonId: string, section: number, isRead: boolean): Promise<boolean> {
  const key = `${courseId}/${lessonId}`;
  change<Place>(PLACES_KEY, (kept) => {
    kept[key] = { section, isRead: isRead || (kept[key]?.isRead ?? false) };
  });
  return sendPlaces();
}

/** Sends what was not sent yet; true once nothing is left. Never throws: it is tried again with the next place. */
export async function sendPlaces(): Promise<boolean> {
  for (const [key, place] of Object.entries(read<Place>(PLACES_KEY))) {
    const [courseId = "", lessonId = ""] = key.split("/");
    try {
      await sendPlace(courseId, lessonId, place.section, place.isRead);
    } catch (problem) {
      // A lesson that is gone takes no place any more; whatever else went wrong may go right later.
      if (!(problem instanceof Problem && problem.status === 404)) return false;
    }
    change<Place>(PLACES_KEY, (kept) => {
      const now = kept[key];
      if (now?.section === place.section && now.isRead === place.isRead) delete kept[key];
    });
  }
  return true;
}

/** The place that another device can't know yet. */
export const unsentPlace = (courseId: string, lessonId: string): Place | null =>
  read<Place>(PLACES_KEY)[`${courseId}/${lessonId}`] ?? null;
