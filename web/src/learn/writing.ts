// Courses that are written here: what the service says about drafts and editions, and the calls.
import { signal } from "@preact/signals";
import { call } from "../shared/http";
import type { Block, ChatLine, Kind, Source } from "./learning";

export interface Draft {
  begun_by_name: string;
  begun_at_ms: number;
  changed_at_ms: number;
  handed_in_at_ms: number | null;
  given_back: string | null;
  writers: string[];
}

export interface Edition {
  number: number;
  course_version: string;
  note: string;
  writers: string[];
  published_by_name: string;
  published_at_ms: number;
  is_alone: boolean;
  is_in_force: boolean;
  withdrawn_at_ms: number | null;
}

export interface WrittenCourse {
  course_id: string;
  title: string;
  is_shipped: boolean;
  edition: number | null;
  draft: Draft | null;
}

export interface Written {
  may_write: boolean;
  may_publish: boolean;
  drafts_left: number;
  courses: WrittenCourse[];
}

export interface Remark {
  level: "error" | "warning";
  path: string;
  line: number | null;
  what: string;
}

export interface ShownFile {
  path: string;
  version: number;
  is_changed: boolean;
}

export interface ShownDraft {
  course_id: string;
  title: string;
  language: string;
  languages: string[];
  draft: Draft;
  may_publish: boolean;
  is_own: boolean;
  modules: { module_id: string; title: string; lessons: { lesson_id: string; title: string }[] }[];
  files: ShownFile[];
  remarks: Remark[];
  editions: Edition[];
}

export interface LookedQuestion {
  id: string;
  kind: Kind;
  prompt: string;
  chat?: ChatLine[];
  options?: { id: string; text: string; feedback: string; worth?: number; place?: number }[];
  model?: string[];
  checklist?: { id: string; text: string }[];
  explanation?: string;
}

export interface LookedLesson {
  title: string;
  summary: string;
  aims: string[];
  remember: string[];
  minutes: number;
  sections: { title: string; blocks: Block[] }[];
  sources: Source[];
  questions: LookedQuestion[];
}

export interface FileText {
  path: string;
  text: string;
  version: number;
}

/** May whoever is here do anything with drafts? Asked once; until then the tab isn't shown. */
export const hasDesk = signal(false);

const DRAFTS = "/api/writing/drafts";
const draftPath = (courseId: string): string => `${DRAFTS}/${encodeURIComponent(courseId)}`;
const editionsPath = (courseId: string): string => `/api/writing/courses/${encodeURIComponent(courseId)}/editions`;
const filePath = (courseId: string, path: string): string =>
  `${draftPath(courseId)}/file?path=${encodeURIComponent(path)}`;

/** Raises Problem, as all calls here. */
export async function loadWritten(): Promise<Written> {
  const written = await call<Written>("GET", "/api/writing");
  hasDesk.value = written.may_write || written.may_publish;
  return written;
}

export const loadDraft = (courseId: string): Promise<ShownDraft> => call("GET", draftPath(courseId));
export const loadEditions = (courseId: string): Promise<{ editions: Edition[] }> => call("GET", editionsPath(courseId));
export const loadFile = (courseId: string, path: string): Promise<FileText> => call("GET", filePath(courseId, path));

export type Beginning = { course_id: string; title?: string; language?: string } | { zip: string };
export const beginDraft = (from: Beginning): Promise<ShownDraft> => call("POST", DRAFTS, from);

export const saveFile = (
  courseId: string,
  path: string,
  text: string,
  seen: number,
): Promise<{ version: number; remarks: Remark[] }> => call("PUT", `${draftPath(courseId)}/file`, { path, text, seen });

export const lookAt = (
  courseId: string,
  path: string,
  text: string,
): Promise<{ lesson: LookedLesson | null; remarks: Remark[] }> =>
  call("POST", `${draftPath(courseId)}/look`, { path, text });

export const removeFile = (courseId: string, path: string, seen: number): Promise<ShownDraft> =>
  call("POST", `${draftPath(courseId)}/gone`, { path, seen });

export const addLesson = (courseId: string, moduleId: string, lessonId: string): Promise<ShownDraft> =>
  call("POST", `${draftPath(courseId)}/lessons`, { module_id: moduleId, lesson_id: lessonId });

export const throwAway = (courseId: string): Promise<unknown> => call("DELETE", draftPath(courseId));
export const handIn = (courseId: string): Promise<unknown> => call("POST", `${draftPath(courseId)}/hand-in`);
export const giveBack = (courseId: string, note: string): Promise<unknown> =>
  call("POST", `${draftPath(courseId)}/give-back`, { note });
export const publish = (courseId: string, note: string): Promise<Edition> =>
  call("POST", `${draftPath(courseId)}/publish`, { note });
export const withdrawEdition = (courseId: string, number: number): Promise<unknown> =>
  call("POST", `${editionsPath(courseId)}/${number}/withdraw`);

export const courseZip = (courseId: string): string => `/api/writing/courses/${encodeURIComponent(courseId)}.zip`;
export const draftZip = (courseId: string): string => `${draftPath(courseId)}.zip`;

/** A file as base64, for a JSON body. */
export async function base64Of(file: Blob): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let binary = "";
  // In pieces, since a call takes only so many arguments.
  for (let at = 0; at < bytes.length; at += 8192) binary += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(binary);
}

export const errorsIn = (remarks: readonly Remark[]): number => remarks.filter((one) => one.level === "error").length;

/** What a course is called by: small letters, digits and dashes. */
export const idOf = (title: string): string =>
  title
    .normalize("NFD")
    .replace(/[\u0300-\u036f]/g, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 60)
    .replace(/-+$/, "");
