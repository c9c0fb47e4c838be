// What this tab keeps, and nothing else does: it ends with the tab, with the chat, and with "Leave fast".

import type { OwnMessage } from "../shared/chat-log";
import { thisTab } from "../shared/safe-storage";
import { THEME_KEY } from "../shared/theme";
import type { AgeBand } from "../shared/wire";

/** What was asked for, so that a reload asks for the same and not for another. */
export interface Asking {
  request_id: string;
  language: string;
  age_band: AgeBand;
  topics: string[];
  distress: number | null;
  asked_at_ms: number;
  /** The server has it; so if it is gone after a reload, it ended. */
  is_in_line: boolean;
}

/** A message with the id under which it will be sent, so that no reload sends it twice. */
export interface Kept {
  message_id: string;
  text: string;
  written_at_ms: number;
}

interface Shapes {
  token: string;
  /** Brings the request back, should the service have lost it. */
  ticket: string;
  asking: Asking;
  first_words: Kept[];
  draft: string;
  unsent: { chat_id: string; messages: Kept[] };
  sound: boolean;
  country: string;
  /** What is being written about the chat after it. */
  comment: string;
}

const PREFIX = "tealight.";
const WORDS: (keyof Shapes)[] = ["first_words", "draft"];
const NAMES: (keyof Shapes)[] = [
  "token",
  "ticket",
  "asking",
  "first_words",
  "draft",
  "unsent",
  "sound",
  "country",
  "comment",
];

export function keep<Name extends keyof Shapes>(name: Name, value: Shapes[Name] | null): void {
  if (value === null) thisTab.removeItem(PREFIX + name);
  else thisTab.setItem(PREFIX + name, JSON.stringify(value));
}

export function kept<Name extends keyof Shapes>(name: Name): Shapes[Name] | null {
  const text = thisTab.getItem(PREFIX + name);
  if (text === null) return null;
  try {
    return JSON.parse(text) as Shapes[Name];
  } catch {
    return null;
  }
}

export function asKept(messages: readonly OwnMessage[]): Kept[] {
  return messages.map(({ message_id, text, written_at_ms }) => ({ message_id, text, written_at_ms }));
}

/** Deletes all of it, or all but what was written and that nobody has yet. */
export function wipe(wordsToo = true): void {
  for (const name of NAMES) if (wordsToo || !WORDS.includes(name)) keep(name, null);
  thisTab.removeItem(THEME_KEY);
}
