// Small sentences about reviews.
import { day, topicName } from "../staff/say";
import { t, type WordKey } from "../staff/words";
import type { Askable, Phase, ReviewLine } from "./review";

/** "Grief, practice of 3 Nov" or "Chat of 3 Nov about loneliness". */
export function chatWords(one: ReviewLine | Askable): string {
  const atMs = "ended_at_ms" in one ? one.ended_at_ms : (one.happened_at_ms ?? one.asked_at_ms);
  if (one.kind === "practice") return t("reviews.practice_of", { title: one.title, day: day(atMs) });
  if (one.topics.length === 0) return t("reviews.chat_of", { day: day(atMs) });
  return t("reviews.chat_about", { day: day(atMs), topics: one.topics.map(topicName).join(", ") });
}

const PHASES: Record<Phase, WordKey> = {
  waiting: "reviews.phase_waiting",
  reading: "reviews.phase_reading",
  talking: "reviews.phase_talking",
  shared: "reviews.phase_shared",
};

export const phaseWords = (phase: Phase): string => t(PHASES[phase]);
