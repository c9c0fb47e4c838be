import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import shared from "../messages/shared/en.json";
import staff from "../messages/staff/en.json";
import { TOPICS } from "../src/shared/wire";
import type { Message } from "../src/shared/words";

const web = join(import.meta.dirname, "..");
const PARTS = ["staff", "listen", "supervise", "admin", "learn", "sign-in", "certificate", "status"];
/** Chosen at run time by a code from the server. */
const BY_CODE =
  /^(span|age|role|topic|risk|risk_flag|problem|duty_reason|refused|offer_gone|ended_by|ended_reason|ended_who|ended_before|clearance_kind|function|review_subject|act|offer_why|offer_outcome|practice_outcome|practice_level|practice_did|number_step|number_remark|report_reason)\./;
/** Words that this service has others for, and tones that it doesn't take. */
const NEVER =
  /\b(users?|customers?|tickets?|queues?|sessions?|agents?|unfortunately|oops|simply|just|invalid|failed)\b|[!—–]/i;

const messages: Record<string, Message> = staff;

describe("the words of the staff pages", () => {
  it("keep to the glossary and the voice", () => {
    const texts = Object.entries(messages).flatMap(([key, one]) =>
      (typeof one === "string" ? [one] : Object.values(one)).map((text) => `${key}: ${text}`),
    );
    expect(texts.filter((text) => NEVER.test(text))).toEqual([]);
  });

  it("are all in use", () => {
    const code = PARTS.flatMap((part) =>
      readdirSync(join(web, "src", part)).map((name) => readFileSync(join(web, "src", part, name), "utf8")),
    );
    const pages = readdirSync(web).filter((name) => name.endsWith(".html"));
    const all = [...code, ...pages.map((name) => readFileSync(join(web, name), "utf8"))].join("\n");
    const isUsed = (key: string) => all.includes(`"${key}"`) || all.includes(`{{${key}}}`);
    expect(Object.keys(messages).filter((key) => !BY_CODE.test(key) && !isUsed(key))).toEqual([]);
  });

  it("name every topic, and have an 'other' form wherever they count", () => {
    expect(TOPICS.filter((topic) => !(`topic.${topic}` in messages))).toEqual([]);
    for (const one of Object.values(messages)) if (typeof one !== "string") expect(one.other).toBeTypeOf("string");
  });

  it("name every act that the audit log may hold", () => {
    const houses = ["chat", "listener_training", "tealight"].map((house) => join(web, "..", house));
    const sources = houses.flatMap((house) =>
      readdirSync(house, { recursive: true, encoding: "utf8" })
        .filter((name) => name.endsWith(".py"))
        .map((name) => readFileSync(join(house, name), "utf8")),
    );
    const acts = new Set(sources.flatMap((code) => [...code.matchAll(/\bact="(\w+)"/g)].map((found) => found[1])));
    expect(acts.size).toBeGreaterThan(25);
    expect([...acts].filter((act) => !(`act.${act}` in messages))).toEqual([]);
  });

  it("share no key with the words of all pages", () => {
    expect(Object.keys(messages).filter((key) => key in shared)).toEqual([]);
  });
});
