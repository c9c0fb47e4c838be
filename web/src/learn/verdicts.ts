// What is said to an answer. Pure.
import type { Question } from "./learning";

/** Answered, and compared where it was written. */
export const isOver = (question: Question): boolean =>
  question.answer !== null && (question.kind !== "write_and_compare" || question.answer.checked !== null);

export function verdictKey(worth: number | null): "test.right" | "test.partly" | "test.wrong" | "test.written" {
  if (worth === null) return "test.written";
  if (worth >= 1) return "test.right";
  return worth > 0 ? "test.partly" : "test.wrong";
}
