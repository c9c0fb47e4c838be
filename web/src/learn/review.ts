// What the service says about reviews, and the calls that ask for it.
import { call } from "../shared/http";

export type Phase = "waiting" | "reading" | "talking" | "shared";
export type Levels = Record<string, number | null>;

export interface ReviewLine {
  review_id: string;
  kind: "practice" | "real";
  title: string;
  topics: string[];
  happened_at_ms: number | null;
  asked_at_ms: number;
  is_first_chats: boolean;
  phase: Phase;
  taken: number;
  handed_in: number;
  is_handed_in: boolean;
  last_by_name: string | null;
  last_at_ms: number | null;
}

export interface Askable {
  kind: "practice" | "real";
  subject_id: string;
  title: string;
  topics: string[];
  ended_at_ms: number;
}

export interface OwnReviews {
  reviews: ReviewLine[];
  may_ask: Askable[];
  mentors: string[];
  by_certificate: boolean;
  is_mentor: boolean;
  first_chats: number;
  words_kept_days: number;
}

export interface RubricItem {
  id: string;
  title: string;
  question: string;
  idea: string;
  anchors: string[];
}

export interface Rubric {
  title: string;
  notice: string;
  items: RubricItem[];
}

export interface OneReading {
  mentor_name: string;
  is_mine: boolean;
  levels: Levels;
  helped: string;
  to_try: string;
}

export interface Said {
  by_name: string;
  is_mine: boolean;
  is_among_mentors: boolean;
  at_ms: number;
  text: string;
}

export interface Review {
  line: ReviewLine;
  role: "listener" | "mentor" | "reader";
  person_name: string | null;
  rubric: Rubric;
  lines: { who: "seeker" | "listener" | "other_listener"; text: string }[] | null;
  readings: OneReading[];
  far_apart: string[];
  settled: Record<string, number>;
  words: Said[];
  may_share: boolean;
  due_at_ms: number | null;
}

export interface Mentoring {
  waiting: ReviewLine[];
  mine: ReviewLine[];
  take_days: number;
}

export interface AgreementLine {
  item: string | null;
  title: string;
  reviews: number;
  pairs: number;
  same: number | null;
  near: number | null;
  kappa: number | null;
  low: number | null;
  high: number | null;
}

export interface Agreement {
  rubric: string;
  version: string;
  few_pairs: number;
  whole: AgreementLine;
  items: AgreementLine[];
}

const path = (reviewId: string): string => `/api/reviews/${encodeURIComponent(reviewId)}`;

/** Raises Problem, as all calls here. */
export const loadOwnReviews = (): Promise<OwnReviews> => call("GET", "/api/reviews");
export const askForReview = (one: Askable): Promise<ReviewLine> =>
  call("POST", "/api/reviews", { kind: one.kind, subject_id: one.subject_id });
export const takeBack = (reviewId: string): Promise<void> => call("DELETE", path(reviewId));
export const loadReview = (reviewId: string): Promise<Review> => call("GET", path(reviewId));
export const takeReview = (reviewId: string): Promise<void> => call("POST", `${path(reviewId)}/assessment`);
export const handBack = (reviewId: string): Promise<void> => call("DELETE", `${path(reviewId)}/assessment`);
export const handIn = (reviewId: string, levels: Levels, helped: string, toTry: string): Promise<void> =>
  call("PUT", `${path(reviewId)}/assessment`, { levels, helped, to_try: toTry });
export const shareReview = (reviewId: string, settled: Record<string, number>): Promise<void> =>
  call("POST", `${path(reviewId)}/sharing`, { settled });
export const sendWords = (reviewId: string, text: string, isAmongMentors: boolean): Promise<void> =>
  call("POST", `${path(reviewId)}/words`, { text, is_among_mentors: isAmongMentors });
export const loadMentoring = (): Promise<Mentoring> => call("GET", "/api/mentoring");
export const loadAgreement = (): Promise<Agreement> => call("GET", "/api/mentoring/agreement");
