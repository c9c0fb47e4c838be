// The log as turns: what one person wrote without the other between. Pure.
import type { HeldMessage } from "../shared/chat-log";

export interface Turn {
  /** The first message's id: it stays the same while the turn grows, so that nothing is drawn anew. */
  key: string;
  fromId: string;
  messages: HeldMessage[];
}

/** A pause of this length begins a new turn: the time under it would otherwise be the wrong one. */
const PAUSE_MS = 5 * 60_000;

export function turnsOf(messages: readonly HeldMessage[]): Turn[] {
  const turns: Turn[] = [];
  let last: HeldMessage | undefined;
  for (const message of messages) {
    const turn = turns[turns.length - 1];
    const goesOn = turn && last && turn.fromId === message.from_id && message.sent_at_ms - last.sent_at_ms < PAUSE_MS;
    if (goesOn) turn.messages.push(message);
    else turns.push({ key: message.message_id, fromId: message.from_id, messages: [message] });
    last = message;
  }
  return turns;
}
