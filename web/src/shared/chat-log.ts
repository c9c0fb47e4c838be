// What a client holds of one chat's log, and what it has written that the server has not answered yet. Pure: no socket, no clock.
// The rules are those of docs/protocol.md, "Recovery".

import type { Code, MessageAdded, Position } from "./wire";

export interface HeldMessage {
  message_id: string;
  from_id: string;
  text: string;
  seq: number;
  sent_at_ms: number;
}

/** waiting: not asked yet; asked: on its way; kept: in the log, but what comes before it isn't here yet; refused: see `code`. */
export type OwnState = "waiting" | "asked" | "kept" | "refused";

export interface OwnMessage {
  message_id: string;
  text: string;
  written_at_ms: number;
  state: OwnState;
  seq?: number;
  code?: Code | undefined;
}

export class ChatLog {
  epoch: string | null = null;
  /** The highest seq up to which every message is held. */
  position = 0;
  private head = 0;
  private held = new Map<number, HeldMessage>();
  private own: OwnMessage[] = [];
  private unsure: OwnMessage[] = [];

  constructor(
    readonly chatId: string,
    private readonly myId: () => string,
  ) {}

  /** The server named this log's epoch and last seq. Another epoch than before drops what is held. */
  opened(epoch: string, seq: number): void {
    if (this.epoch !== epoch) this.startAgain(epoch);
    this.head = Math.max(this.head, seq);
  }

  /** Takes one push. True if it was new; a repeat changes nothing. */
  add(message: MessageAdded): boolean {
    if (this.epoch !== message.epoch) this.startAgain(message.epoch);
    this.unsure = this.unsure.filter((one) => one.message_id !== message.message_id);
    const isRepeat = this.held.has(message.seq) || message.seq <= this.position;
    if (message.from_id === this.myId()) this.own = this.own.filter((one) => one.message_id !== message.message_id);
    if (isRepeat) return false;
    const { message_id, from_id, text, seq, sent_at_ms } = message;
    this.hold({ message_id, from_id, text, seq, sent_at_ms });
    return true;
  }

  /** Something between what is held is missing (a `done` may overtake a push, so look again a little later). */
  get hasGap(): boolean {
    return this.position < this.head;
  }

  get positionToRecover(): Position {
    const newest = Math.max(0, ...this.held.keys());
    return {
      chat_id: this.chatId,
      epoch: this.epoch ?? "",
      seq: this.position,
      newest_seq: newest,
      newest_id: this.held.get(newest)?.message_id ?? null,
    };
  }

  /** All that may be shown as one conversation: no message before one that is missing. */
  get messages(): HeldMessage[] {
    const shown: HeldMessage[] = [];
    for (let seq = 1; seq <= this.position; seq += 1) {
      const message = this.held.get(seq);
      if (message !== undefined) shown.push(message);
    }
    return shown;
  }

  /** One's own words that stand below the log: on their way, or refused. */
  get ownMessages(): readonly OwnMessage[] {
    return this.own;
  }

  write(text: string, messageId: string, nowMs: number): void {
    this.own = [...this.own, { message_id: messageId, text, written_at_ms: nowMs, state: "waiting" }];
  }

  /** The message to ask for now. One at a time, so that two never change places; a refused one lets the next pass. */
  nextToAsk(): OwnMessage | undefined {
    if (this.own.some((one) => one.state === "asked")) return undefined;
    return this.own.find((one) => one.state === "waiting");
  }

  asked(messageId: string): void {
    this.change(messageId, { state: "asked", code: undefined });
  }

  /** The server answered `done`: the message is in the log at `seq`. */
  answered(messageId: string, epoch: string, seq: number, nowMs: number): void {
    const one = this.own.find((candidate) => candidate.message_id === messageId);
    if (one === undefined) return; // its push came first
    if (epoch !== this.epoch) {
      // The log began anew between; the push that says so brings the message, or it is written again.
      this.change(messageId, { state: "waiting" });
      return;
    }
    this.own = this.own.filter((candidate) => candidate !== one);
    if (seq <= this.position) return;
    // No push of it comes to the connection that sent it: hold it as if it had.
    this.hold({ message_id: messageId, from_id: this.myId(), text: one.text, seq, sent_at_ms: nowMs });
    if (seq > this.position) this.own = [...this.own, { ...one, state: "kept" as const, seq }].sort(byPlace);
  }

  refused(messageId: string, code: Code): void {
    this.change(messageId, { state: "refused", code });
  }

  tryAgain(messageId: string): void {
    this.change(messageId, { state: "waiting", code: undefined });
  }

  /** Takes a refused message back, for instance to cut it in two. Returns its words. */
  takeBack(messageId: string): string | undefined {
    const one = this.own.find((candidate) => candidate.message_id === messageId && candidate.state === "refused");
    this.own = this.own.filter((candidate) => candidate !== one);
    return one?.text;
  }

  /** The server has sent all it has. One's own words that it lost with the old epoch are written again, same ids. */
  caughtUp(): void {
    this.own = [...this.unsure.map((one) => ({ ...one, state: "waiting" as const })), ...this.own];
    this.unsure = [];
  }

  private hold(message: HeldMessage): void {
    this.held.set(message.seq, message);
    this.head = Math.max(this.head, message.seq);
    while (this.held.has(this.position + 1)) this.position += 1;
    this.own = this.own.filter((one) => one.state !== "kept" || (one.seq ?? 0) > this.position);
  }

  private startAgain(epoch: string): void {
    if (this.epoch !== null) {
      const mine = [...this.held.values()].filter((one) => one.from_id === this.myId()).sort((a, b) => a.seq - b.seq);
      const lost = mine.map((one): OwnMessage => {
        return { message_id: one.message_id, text: one.text, written_at_ms: one.sent_at_ms, state: "waiting" };
      });
      this.unsure = [...this.unsure, ...lost];
      this.own = this.own.filter((one) => one.state !== "kept");
    }
    this.epoch = epoch;
    this.position = 0;
    this.head = 0;
    this.held = new Map();
  }

  private change(messageId: string, change: Partial<OwnMessage>): void {
    this.own = this.own.map((one) => (one.message_id === messageId ? { ...one, ...change } : one));
  }
}

function byPlace(a: OwnMessage, b: OwnMessage): number {
  const isKept = (one: OwnMessage): number => (one.state === "kept" ? 0 : 1);
  return isKept(a) - isKept(b) || (a.seq ?? 0) - (b.seq ?? 0);
}
