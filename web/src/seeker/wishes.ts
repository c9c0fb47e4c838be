// What the person has answered on the first page, before anything is sent.

import type { AgeBand } from "../shared/wire";
import { type FrontPool, front, lineLanguages, poolFor } from "./front";
import { value } from "./store";
import { say } from "./words";

/** "young": under the age of every line. */
export type Age = AgeBand | "young";

export const age = value<Age | null>(null);
export const topics = value<string[]>([]);
export const distress = value<number | null>(null);
const chosenLanguage = value<string | null>(null);

export function language(): string {
  return chosenLanguage.value ?? lineLanguages()[0] ?? "en";
}

/** The line that the answers lead to. */
export function pool(): FrontPool | undefined {
  return age.value === null || age.value === "young" ? undefined : poolFor(language(), age.value);
}

export function chooseLanguage(tag: string): void {
  chosenLanguage.value = tag;
  if (!ages().some((choice) => choice.age === age.value)) age.value = null;
}

export interface AgeChoice {
  age: Age;
  words: string;
}

/** The answers that the lines of this language make possible, youngest first, and one for those who are younger. */
export function ages(): AgeChoice[] {
  const pools = (front.value?.pools ?? []).filter((one) => one.language === language());
  pools.sort((a, b) => a.min_age - b.min_age);
  const youngest = pools[0]?.min_age ?? 0;
  const choices: AgeChoice[] = youngest > 0 ? [{ age: "young", words: say("age.under", { age: youngest }) }] : [];
  for (const one of pools) {
    const { min_age: low, max_age: high } = one;
    const between = high === null ? say("age.over", { age: low }) : say("age.between", { low, high });
    choices.push({
      age: one.age_band,
      words: low === 0 && high !== null ? say("age.under", { age: high + 1 }) : between,
    });
  }
  return choices;
}

export function toggleTopic(topic: string): void {
  topics.value = topics.value.includes(topic) ? topics.value.filter((one) => one !== topic) : [...topics.value, topic];
}

export function forgetWishes(): void {
  age.value = null;
  topics.value = [];
  distress.value = null;
}
