import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import seeker from "../messages/seeker/en.json";
import shared from "../messages/shared/en.json";
import type { Message } from "../src/shared/words";

const web = join(import.meta.dirname, "..");
/** Chosen at run time by a code from the server. */
const BY_CODE = /^(topic|refused|ended|gone|crisis\.for|report|after\.help_)/;
/** docs of the voice: what the service never says to a person. */
const NEVER = [
  /\busers?\b/i,
  /\bcustomers?\b/i,
  /\btickets?\b/i,
  /\bqueues?\b/i,
  /\bsessions?\b/i,
  /\bagents?\b/i,
  /\bunfortunately\b/i,
  /\boops\b/i,
  /\bsimply\b/i,
  /\bjust\b/i,
  /\binvalid\b/i,
  /don't worry/i,
  /calm down/i,
  /it gets better/i,
  /commit suicide/i,
  /well done/i,
  /!/,
  /—|–/,
];

function textsOf(messages: Record<string, Message>): [string, string][] {
  return Object.entries(messages).flatMap(([key, message]): [string, string][] =>
    typeof message === "string" ? [[key, message]] : Object.values(message).map((text) => [key, text ?? ""]),
  );
}

describe("the seeker's words", () => {
  it("never say what the voice never says", () => {
    const wrong = textsOf(seeker).filter(([, text]) => NEVER.some((pattern) => pattern.test(text)));
    expect(wrong).toEqual([]);
  });

  it("are all in use", () => {
    const folder = join(web, "src/seeker");
    const code = readdirSync(folder).map((name) => readFileSync(join(folder, name), "utf8"));
    const all = [...code, readFileSync(join(web, "index.html"), "utf8")].join("\n");
    const unused = Object.keys(seeker).filter((key) => !BY_CODE.test(key) && !all.includes(key));
    expect(unused).toEqual([]);
  });

  it("share no key with the words of all pages", () => {
    expect(Object.keys(seeker).filter((key) => key in shared)).toEqual([]);
  });

  it("have an 'other' form wherever they count", () => {
    for (const message of Object.values<Message>(seeker)) {
      if (typeof message !== "string") expect(message.other).toBeTypeOf("string");
    }
  });
});
