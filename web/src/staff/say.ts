// Small sentences that several staff pages build: spans, names of languages and pools, what went wrong.
import { Problem } from "../shared/http";
import { clockTime } from "../shared/times";
import type { PoolLoad } from "../shared/wire";
import { roughly } from "./spans";
import { t, type WordKey, wordFor, words } from "./words";

export function span(spanMs: number): string {
  const { unit, n } = roughly(spanMs);
  return t(`span.${unit}`, { n });
}

export function languageName(tag: string): string {
  try {
    return new Intl.DisplayNames([words.language], { type: "language" }).of(tag) ?? tag;
  } catch {
    return tag;
  }
}

export const ageName = (band: string): string => wordFor("age", band, "unknown_code");
export const topicName = (topic: string): string => wordFor("topic", topic, "unknown_code");
export const roleName = (role: string): string => wordFor("role", role, "unknown_code");

export function poolName(pool: Pick<PoolLoad, "language" | "age_band">): string {
  return t("pool_name", { language: languageName(pool.language), age: ageName(pool.age_band) });
}

export const clock = (atMs: number): string => clockTime(atMs, words.regional);

export function day(atMs: number): string {
  return new Intl.DateTimeFormat(words.regional, { day: "numeric", month: "short", year: "numeric" }).format(atMs);
}

export function dayAndClock(atMs: number): string {
  return new Intl.DateTimeFormat(words.regional, { dateStyle: "medium", timeStyle: "short" }).format(atMs);
}

/** Why something was refused, in plain words; what the server said where this page has no words of its own. */
export function problemWords(problem: unknown): string {
  if (!(problem instanceof Problem)) return t("problem.unknown", { code: "error" });
  const wait = problem.detail.retry_after_ms;
  const key = `problem.${problem.code}`;
  if (words.has(key)) return t(key as WordKey, { span: typeof wait === "number" ? span(Math.max(1000, wait)) : "" });
  if (problem.status >= 500) return t("problem.server");
  const { detail } = problem.detail;
  return typeof detail === "string" && detail ? detail : t("problem.unknown", { code: problem.code });
}
