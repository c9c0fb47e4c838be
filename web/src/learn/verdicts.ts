// What is said to an answer. Pure.
import type { Answered, Question } from "./learning";

/** Answered, and compared where it was written. */
export const isOver = (question: Question): boolean =>
  question.answer !== null && (question.kind !== "write_and_compare" || question.answer.checked !== null);

/** What stands above an answer. */
export function verdictKey(
  answered: Pick<Answered, "worth" | "checked">,
): "test.right" | "test.partly" | "test.wrong" | "test.written" | "test.compared" {
  const { worth, checked } = answered;
  if (worth === null) return checked === null ? "test.written" : "test.compared";
  if (worth >= 1) return "test.right";
  return worth > 0 ? "test.partly" : "test.wrong";
}
