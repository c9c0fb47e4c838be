// The words of all staff pages. A language is a file in messages/shared and one in messages/staff.
import shared from "../../messages/shared/en.json";
import staff from "../../messages/staff/en.json";
import { type Fill, Words } from "../shared/words";

const english = { ...shared, ...staff };
export type WordKey = keyof typeof english & string;

export const words = new Words(
  english,
  import.meta.glob<{ default: Record<string, string> }>([
    "../../messages/shared/*.json",
    "../../messages/staff/*.json",
    "!../../messages/*/en.json",
  ]),
);

export function t(key: WordKey, fill?: Fill): string {
  return words.say(key, fill);
}

/** The words for a code that the server sends (a topic, a reason, a role); `other` where this page knows none. */
export function wordFor(prefix: string, code: string, other: WordKey): string {
  const key = `${prefix}.${code}`;
  return words.has(key) ? words.say(key as WordKey) : words.say(other, { code });
}
