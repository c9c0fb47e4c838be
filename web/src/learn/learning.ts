// What the service says about courses, lessons and tests, and the calls that ask for it.
import { call } from "../shared/http";
import type { Role } from "../shared/wire";
import { setServerTime } from "../staff/clock";
import { words } from "../staff/words";
import { isOffline } from "./kept-here";

export interface LessonLine {
  lesson_id: string;
  title: string;
  summary: string;
  minutes: number;
  is_fallback: boolean;
  is_reviewed: boolean;
  has_test: boolean;
  is_read: boolean;
  is_passed: boolean;
  is_done: boolean;
  has_changed: boolean;
  section: number | null;
  tries: number;
  best_share: number | null;
  open_attempt_id: string | null;
  may_try_at_ms: number;
}

export interface Module {
  module_id: string;
  title: string;
  summary: string;
  needed_for: string[];
  lessons: LessonLine[];
}

export interface Ask {
  kind: "topic" | "age_band" | "risk_level";
  value: string;
  lessons: number;
  done: number;
  is_held: boolean;
}

export interface Course {
  course_id: string;
  version: string;
  title: string;
  summary: string;
  is_fallback: boolean;
  enrolled_at_ms: number | null;
  minutes: number;
  minutes_done: number;
  next_lesson_id: string | null;
  modules: Module[];
  asks: Ask[];
}

/** A stretch of text; at most one of the last three is set. */
export interface Span {
  text: string;
  style?: "plain" | "strong" | "emphasis";
  url?: string | null;
  source?: string | null;
  lesson?: string | null;
}

export interface ChatLine {
  who: "seeker" | "listener" | "service";
  text: string;
  note?: string;
}

export type Verdict = "good" | "less_good" | "mended";

export type Block =
  | { block: "heading"; level: number; spans: Span[] }
  | { block: "paragraph"; spans: Span[] }
  | { block: "points"; is_ordered: boolean; items: Span[][] }
  | { block: "quote"; spans: Span[] }
  | { block: "chat"; title: string; verdict: Verdict; lines: ChatLine[]; why: string }
  | { block: "exercise"; task: string; compare: string };

export interface Source {
  id: string;
  title: string;
  by: string;
  year: number;
  where?: string;
  url?: string | null;
}

export interface Lesson {
  course_id: string;
  course_title: string;
  module_title: string;
  lesson_number: number;
  lesson_count: number;
  lesson_id: string;
  version: string;
  language: string;
  is_fallback: boolean;
  title: string;
  summary: string;
  aims: string[];
  sections: { title: string; blocks: Block[] }[];
  remember: string[];
  sources: Source[];
  minutes: number;
  written_on: string;
  reviewed: { by: string; on: string } | null;
  questions: number;
  pass_mark: number;
  previous_lesson_id: string | null;
  next_lesson_id: string | null;
}

export type Kind = "single" | "multiple" | "order" | "best_reply" | "write_and_compare";

export interface Answered {
  chosen: string[];
  text: string | null;
  worth: number | null;
  right: string[];
  options: { id: string; worth: number; feedback: string }[];
  explanation: string;
  model: string[];
  checklist: { id: string; text: string }[];
  checked: string[] | null;
}

export interface Question {
  question_id: string;
  kind: Kind;
  points: number;
  prompt: string;
  chat: ChatLine[];
  options: { id: string; text: string }[];
  answer: Answered | null;
}

export type Outcome = "passed" | "not_passed" | "void";

export interface Attempt {
  attempt_id: string;
  course_id: string;
  lesson_id: string;
  lesson_title: string;
  language: string;
  number: number;
  begun_at_ms: number;
  ended_at_ms: number | null;
  outcome: Outcome | null;
  share: number | null;
  pass_mark: number;
  may_try_at_ms: number;
  server_time_ms: number;
  questions: Question[];
}

export interface PersonLine {
  person_id: string;
  name: string;
  display_name: string;
  role: Role;
  is_trainee: boolean;
  enrolled_at_ms: number | null;
  enrolled_by_name: string | null;
  active_at_ms: number | null;
  lessons: number;
  read: number;
  passed: number;
  done: number;
  tries: number;
}

export interface AttemptLine {
  course_id: string;
  lesson_id: string;
  number: number;
  begun_at_ms: number;
  ended_at_ms: number | null;
  outcome: Outcome | null;
  share: number | null;
}

export interface PersonLearning {
  person: PersonLine;
  courses: Course[];
  attempts: AttemptLine[];
}

const inLanguage = (path: string): string => `${path}?language=${encodeURIComponent(words.language)}`;
const lessonPath = (courseId: string, lessonId: string): string =>
  `/api/learning/courses/${encodeURIComponent(courseId)}/lessons/${encodeURIComponent(lessonId)}`;
const attemptPath = (attemptId: string): string => `/api/learning/attempts/${encodeURIComponent(attemptId)}`;

/** Where the worker finds them, too. */
export const overviewUrl = (): string => inLanguage("/api/learning");
export const lessonUrl = (courseId: string, lessonId: string): string => inLanguage(lessonPath(courseId, lessonId));

/** Raises Problem, as all calls here. */
export async function loadCourses(): Promise<Course[]> {
  const answer = await call<{ server_time_ms: number; courses: Course[] }>("GET", overviewUrl());
  // What comes from this device says when it was kept, not what time it is.
  if (!isOffline.value) setServerTime(answer.server_time_ms);
  return answer.courses;
}

export const loadLesson = (courseId: string, lessonId: string): Promise<Lesson> =>
  call<Lesson>("GET", lessonUrl(courseId, lessonId));

export const sendBookmark = (courseId: string, lessonId: string, section: number, isRead: boolean): Promise<unknown> =>
  call("PUT", `${lessonPath(courseId, lessonId)}/bookmark`, { section, is_read: isRead });

export const beginTest = (courseId: string, lessonId: string): Promise<Attempt> =>
  timed(call<Attempt>("POST", `${lessonPath(courseId, lessonId)}/attempts`, { language: words.language }));

export const loadAttempt = (attemptId: string): Promise<Attempt> => timed(call<Attempt>("GET", attemptPath(attemptId)));

export type Answer = { chosen: string[] } | { text: string };

export const sendAnswer = (attemptId: string, questionId: string, answer: Answer): Promise<Attempt> =>
  timed(call<Attempt>("POST", `${attemptPath(attemptId)}/answers/${encodeURIComponent(questionId)}`, answer));

export const sendComparison = (attemptId: string, questionId: string, checked: string[]): Promise<Attempt> =>
  timed(
    call<Attempt>("POST", `${attemptPath(attemptId)}/answers/${encodeURIComponent(questionId)}/comparison`, {
      checked,
    }),
  );

export const loadPeople = (): Promise<{ people: PersonLine[] }> => call("GET", "/api/learning/people");
export const loadPerson = (personId: string): Promise<PersonLearning> =>
  call<PersonLearning>("GET", inLanguage(`/api/learning/people/${encodeURIComponent(personId)}`));
export const inviteTrainee = (languages: string[]): Promise<{ code: string; expires_at_ms: number }> =>
  call("POST", "/api/learning/invitations", { languages });

async function timed(asked: Promise<Attempt>): Promise<Attempt> {
  const attempt = await asked;
  setServerTime(attempt.server_time_ms);
  return attempt;
}

export const lessonsOf = (course: Course): LessonLine[] => course.modules.flatMap((module) => module.lessons);
