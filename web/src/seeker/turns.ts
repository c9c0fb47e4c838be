// Messages and notes -> what is drawn in the log. Pure; keys stay the same while a message travels, so that nodes do too.

import type { HeldMessage, OwnMessage, OwnState } from "../shared/chat-log";
import type { Code } from "../shared/wire";
import type { Note } from "./state";

export interface Bubble {
  id: string;
  text: string;
  /** Only for own words that the server hasn't answered. */
  own?: OwnState;
  code?: Code | undefined;
}

export interface Turn {
  kind: "turn";
  key: string;
  fromId: string;
  isMine: boolean;
  bubbles: Bubble[];
  atMs: number;
  /** The other has read up to here: said once, under the last such turn. */
  isSeen: boolean;
}

export interface NoteEntry {
  kind: "note";
  key: string;
  text: string;
}

export type Entry = Turn | NoteEntry;

/** Words of one person within this time stand together. */
const TOGETHER_MS = 3 * 60_000;

interface Said {
  id: string;
  fromId: string;
  text: string;
  atMs: number;
  seq: number;
  own?: OwnMessage;
}

export function entriesOf(
  messages: readonly HeldMessage[],
  own: readonly OwnMessage[],
  notes: readonly Note[],
  myId: string,
  seenSeq: number,
): Entry[] {
  const all: Said[] = [
    ...messages.map((one) => ({
      id: one.message_id,
      fromId: one.from_id,
      text: one.text,
      atMs: one.sent_at_ms,
      seq: one.seq,
    })),
    ...own.map((one) => ({
      id: one.message_id,
      fromId: myId,
      text: one.text,
      atMs: one.written_at_ms,
      seq: Number.POSITIVE_INFINITY,
      own: one,
    })),
  ];
  const left = [...notes];
  const entries: Entry[] = [];
  let lastSeen: Turn | null = null;
  for (const said of all) {
    while (left[0] !== undefined && left[0].afterSeq < said.seq) pushNote(entries, left.shift());
    const before = entries[entries.length - 1];
    const bubble: Bubble = {
      id: said.id,
      text: said.text,
      ...(said.own && { own: said.own.state, code: said.own.code }),
    };
    let turn: Turn;
    if (before?.kind === "turn" && before.fromId === said.fromId && said.atMs - before.atMs < TOGETHER_MS) {
      before.bubbles.push(bubble);
      before.atMs = said.atMs;
      turn = before;
    } else {
      const isMine = said.fromId === myId;
      turn = {
        kind: "turn",
        key: said.id,
        fromId: said.fromId,
        isMine,
        bubbles: [bubble],
        atMs: said.atMs,
        isSeen: false,
      };
      entries.push(turn);
    }
    if (turn.isMine && said.seq <= seenSeq) lastSeen = turn;
  }
  for (const note of left) pushNote(entries, note);
  if (lastSeen !== null) lastSeen.isSeen = true;
  return entries;
}

function pushNote(entries: Entry[], note: Note | undefined): void {
  if (note !== undefined) entries.push({ kind: "note", key: `note-${note.id}`, text: note.text });
}
