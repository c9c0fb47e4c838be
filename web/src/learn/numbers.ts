// The numbers of training. Null: too few people to say.
import { call } from "../shared/http";

export interface StepNumbers {
  step: string;
  reached: number | null;
  waits: number | null;
  stopped: number | null;
  days_low: number | null;
  days_median: number | null;
  days_high: number | null;
}

export interface QuestionNumbers {
  course_id: string;
  lesson_id: string;
  lesson_title: string;
  question_id: string;
  prompt: string;
  answers: number | null;
  difficulty: number | null;
  discrimination: number | null;
  remarks: string[];
}

export interface TrainingNumbers {
  fewest: number;
  few_answers: number;
  quiet_days: number;
  steps: StepNumbers[];
  competence: { people: number | null; cleared: number | null; median_days: number | null };
  feedback: { people: number | null; few_people: number; rho: number | null; low: number | null; high: number | null };
  questions: QuestionNumbers[];
}

/** Raises Problem. */
export const loadNumbers = (): Promise<TrainingNumbers> => call("GET", "/api/learning/numbers");
