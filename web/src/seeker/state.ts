// What the seeker's page shows, as values. journey.ts and its neighbours write them, the views read them.

import type { ConnectionState } from "../shared/connection";
import { ServerClock } from "../shared/times";
import type { RequestState } from "../shared/wire";
import { value } from "./store";
import type { Key } from "./words";

export type View = "start" | "resuming" | "waiting" | "chat" | "after";

/** The own ChatRequest. */
export interface Line {
  requestId: string;
  state: RequestState | "asking";
  place: number | null;
  /** From arrival to listener joined, in seconds; null: nothing honest can be said. */
  lowS: number | null;
  highS: number | null;
  /** The first upper end that we said; past it the page owns up. */
  promisedS: number | null;
  isAnyoneThere: boolean | null;
  reason: string | null;
  /** The place became a later one just now. */
  isMovedBack: boolean;
}

export interface Confirm {
  deadlineMs: number;
  /** How long there was to answer when it was asked. */
  totalMs: number;
}

/** A line of the service in the log. It stands behind the message `afterSeq`. */
export interface Note {
  id: number;
  afterSeq: number;
  text: string;
}

/** A sentence above the page: why one is here again. */
export interface Notice {
  title: Key;
  more?: Key;
}

export const view = value<View>("start");
export const link = value<ConnectionState | "idle">("idle");
export const myName = value("");
export const line = value<Line | null>(null);
export const confirm = value<Confirm | null>(null);
export const notice = value<Notice | null>(null);
/** The code of what was refused at the start. */
export const refusal = value<Key | null>(null);
export const chatId = value<string | null>(null);
/** Rises with every change of the chat: the chat itself is none of these values. */
export const chatTick = value(0);
export const notes = value<Note[]>([]);
export const isHelpOffered = value(false);
export const isCrisisOpen = value(false);
export const isCaughtUp = value(false);
/** The connection was lost, or never came; false again when it is back. */
export const isLost = value(false);

export const clock = new ServerClock();

export function forgetAll(): void {
  line.value = null;
  confirm.value = null;
  chatId.value = null;
  notes.value = [];
  isHelpOffered.value = false;
  isCaughtUp.value = false;
  isLost.value = false;
  myName.value = "";
}
