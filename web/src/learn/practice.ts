// What the service says about practice chats, and the calls that ask for it.
import { call } from "../shared/http";

export interface LessonLink {
  lesson_id: string;
  course_id: string;
  title: string;
}

export interface PracticeLine {
  practice_id: string;
  scenario: string;
  title: string;
  begun_at_ms: number;
  opened_at_ms: number | null;
  ended_at_ms: number | null;
  outcome: string | null;
  score: number | null;
  has_passed: boolean | null;
}

export interface ScenarioLine {
  scenario: string;
  title: string;
  summary: string;
  topic: string;
  age_band: string;
  difficulty: number;
  minutes: number;
  lessons: LessonLink[];
  times: number;
  best_score: number | null;
  has_passed: boolean;
}

export interface Practice {
  scenarios: ScenarioLine[];
  going_on: PracticeLine | null;
  ended: PracticeLine[];
}

export type Did = "helped" | "closed" | "neither";

export interface NamedMove {
  move: string;
  title: string;
  did: Did;
  why: string;
  start: number;
  end: number;
  lesson: string | null;
  try_instead: string | null;
}

export interface DebriefTurn {
  text: string;
  moves: NamedMove[];
  before: Record<string, string>;
  after: Record<string, string>;
  did: Did;
  answer: string[];
  told: string | null;
}

export interface Missed {
  turn: number;
  move: string;
  what: string;
  lesson: string | null;
}

export interface Goal {
  id: string;
  title: string;
  is_reached: boolean;
  is_must: boolean;
  try_this: string | null;
  lesson: string;
}

export interface Debrief {
  title: string;
  persona: string;
  opening: string[];
  turns: DebriefTurn[];
  outcome: string;
  how_it_ended: string;
  goals: Goal[];
  missed: Missed[];
  helped: [string, number][];
  closed: [string, number][];
  untold: string[];
  score: number;
  has_passed: boolean;
}

export interface PracticeShown {
  practice: PracticeLine;
  pass_mark: number;
  debrief: Debrief | null;
  after: string[];
  note: string | null;
  reported: string | null;
  lessons: LessonLink[];
}

/** As in life, or three times as quick: whoever repeats a scenario needn't wait for its typing. */
export const PACES = [1, 3] as const;

const path = (practiceId: string): string => `/api/learning/practice/${encodeURIComponent(practiceId)}`;

/** Raises Problem, as all calls here. */
export const loadPractice = (): Promise<Practice> => call("GET", "/api/learning/practice");
export const loadDebrief = (practiceId: string): Promise<PracticeShown> => call("GET", path(practiceId));
export const beginPractice = (scenario: string, pace: number): Promise<PracticeLine> =>
  call("POST", "/api/learning/practice", { scenario, pace });
export const removePractice = (practiceId: string): Promise<void> => call("DELETE", path(practiceId));

export const consoleAddress = (practiceId: string): string => `/listen?practice=${encodeURIComponent(practiceId)}`;

/** How many replies were read, and in how many of them nothing was known. */
export function unknownOf(debrief: Debrief): { replies: number; unknown: number } {
  const replies = debrief.turns.filter((turn) => turn.text.trim() !== "");
  return {
    replies: replies.length,
    unknown: replies.filter((turn) => turn.moves.every((move) => move.move === "unclear")).length,
  };
}

/** What changed in the person with one reply, in the words of the debrief. */
export const changesOf = (turn: DebriefTurn): string[] =>
  Object.entries(turn.after)
    .filter(([level, words]) => turn.before[level] !== words)
    .map(([, words]) => words);
