// The chats of one person: pushes in, a picture of each chat out; sends, repairs and recovers on a Connection.

import { ChatLog, type OwnMessage } from "./chat-log";
import { type Connection, RefusedError } from "./connection";
import { newId } from "./ids";
import type { ChatState, ChatSummary, Code, Participant, Position, Push, Snapshot } from "./wire";

export interface Chat {
  readonly log: ChatLog;
  state: ChatState;
  participants: Participant[];
  /** person_id -> the highest seq that this person has read */
  read: Record<string, number>;
  /** person_ids that are writing now */
  typing: Set<string>;
  /** `code`: by it the seeker can have the chat deleted */
  ended: { by: string; reason: string; atMs: number | null; code?: string | null | undefined } | null;
  wrapUpUntilMs: number | null;
  /** Does a supervisor read along, who, and how many whispers are kept? The latter two are never told to the seeker. */
  told: Pick<ChatSummary, "is_observed" | "observer" | "whispers">;
}

/** What happened to a chat, for announcements and sounds. `caught_up` messages are old news: don't announce them. */
export type ChatNews =
  | {
      kind: "opened" | "own" | "read" | "presence" | "typing" | "wrap_up_finished" | "ended" | "restored" | "told";
      chatId: string;
    }
  | { kind: "message"; chatId: string; fromId: string; isCatchingUp: boolean }
  | { kind: "participants"; chatId: string; reason: string }
  | { kind: "forgotten"; chatId: string };

/** A `done` may overtake a push by this much before we call it a gap. */
const GAP_PATIENCE_MS = 700;
const GAP_AGAIN_MS = 4_000;
const TRY_AGAIN_AFTER_MS = 1_500;
/** Refusals that pass by themselves: the message is asked for again without the person. */
const PASSING: readonly Code[] = ["try_again", "too_fast", "full", "chat_not_open"];
const PASSING_TRIES = 5;

export class Chats {
  readonly all = new Map<string, Chat>();
  myId = "";
  private isCaughtUp = false;
  private readonly tries = new Map<string, number>();
  private gapTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly connection: () => Connection,
    private readonly tell: (news: ChatNews) => void,
    private readonly now: () => number = Date.now,
  ) {}

  /** For `hello`. */
  positions(): Position[] {
    const positions = [...this.all.values()].map((chat) => chat.log.positionToRecover);
    return positions.filter((position) => position.epoch !== "");
  }

  /** Words of one's own that the server has not answered, to be kept over a reload of the page. */
  unanswered(chatId: string): readonly OwnMessage[] {
    return this.all.get(chatId)?.log.ownMessages.filter((one) => one.state !== "kept") ?? [];
  }

  write(chatId: string, text: string, messageId: string = newId()): void {
    const chat = this.all.get(chatId);
    if (chat === undefined) return;
    chat.log.write(text, messageId, this.now());
    this.tell({ kind: "own", chatId });
    this.askNext(chat);
  }

  tryAgain(chatId: string, messageId: string): void {
    const chat = this.all.get(chatId);
    if (chat === undefined) return;
    this.tries.delete(messageId);
    chat.log.tryAgain(messageId);
    this.tell({ kind: "own", chatId });
    this.askNext(chat);
  }

  /** Takes a refused message out, to be changed. Returns its words. */
  takeBack(chatId: string, messageId: string): string | undefined {
    const text = this.all.get(chatId)?.log.takeBack(messageId);
    this.tell({ kind: "own", chatId });
    return text;
  }

  /** The connection's state is `open`: everything missed has been pushed. */
  caughtUp(): void {
    this.isCaughtUp = true;
    for (const chat of this.all.values()) {
      chat.log.caughtUp();
      this.askNext(chat);
    }
    this.watchGaps();
  }

  /** The connection is anything but `open`. */
  lost(): void {
    this.isCaughtUp = false;
    for (const chat of this.all.values()) chat.typing.clear();
  }

  /** Drops everything: another person, or the end. */
  clear(): void {
    clearTimeout(this.gapTimer);
    this.gapTimer = undefined;
    const ids = [...this.all.keys()];
    this.all.clear();
    this.tries.clear();
    for (const chatId of ids) this.tell({ kind: "forgotten", chatId });
  }

  take(push: Push): void {
    switch (push.type) {
      case "welcome":
        if (this.myId !== "" && this.myId !== push.person_id) this.clear();
        this.myId = push.person_id;
        this.takeSnapshot(push.snapshot);
        return;
      case "chat_opened": {
        const chat = this.chat(push.chat_id);
        chat.state = "open";
        chat.ended = null;
        chat.participants = push.participants;
        chat.log.opened(push.epoch, push.seq);
        this.tell({ kind: "opened", chatId: push.chat_id });
        this.askNext(chat);
        this.watchGaps();
        return;
      }
      case "message_added": {
        const chat = this.chat(push.chat_id);
        chat.typing.delete(push.from_id);
        if (!chat.log.add(push)) return;
        const { chat_id: chatId, from_id: fromId } = push;
        this.tell({ kind: "message", chatId, fromId, isCatchingUp: !this.isCaughtUp });
        this.askNext(chat);
        this.watchGaps();
        return;
      }
    }
    if ("chat_id" in push) {
      const chat = this.all.get(push.chat_id);
      if (chat !== undefined) this.takeChange(chat, push);
    }
  }

  private takeChange(chat: Chat, push: Push): void {
    const chatId = chat.log.chatId;
    switch (push.type) {
      case "typing_changed":
        if (push.typing) chat.typing.add(push.person_id);
        else chat.typing.delete(push.person_id);
        this.tell({ kind: "typing", chatId });
        break;
      case "read_changed":
        chat.read = { ...chat.read, [push.person_id]: Math.max(push.seq, chat.read[push.person_id] ?? 0) };
        this.tell({ kind: "read", chatId });
        break;
      case "presence_changed":
        chat.participants = chat.participants.map((one) =>
          one.person_id === push.person_id ? { ...one, is_present: push.is_present } : one,
        );
        if (!push.is_present) chat.typing.delete(push.person_id);
        this.tell({ kind: "presence", chatId });
        break;
      case "participants_changed":
        chat.participants = push.participants;
        chat.typing.clear();
        this.tell({ kind: "participants", chatId, reason: push.reason });
        break;
      case "chat_ended":
        chat.state = "ended";
        chat.typing.clear();
        chat.ended = { by: push.by, reason: push.reason, atMs: this.now(), code: push.deletion_code };
        chat.wrapUpUntilMs = push.wrap_up_until_ms ?? null;
        this.tell({ kind: "ended", chatId });
        break;
      case "observed_changed":
      case "whispers_changed":
        chat.told = { ...chat.told, ...push };
        this.tell({ kind: "told", chatId });
        break;
      case "wrap_up_finished":
        chat.wrapUpUntilMs = null;
        this.tell({ kind: "wrap_up_finished", chatId });
        break;
    }
  }

  private takeSnapshot(snapshot: Snapshot): void {
    const named = new Set(snapshot.chats.map((summary) => summary.chat_id));
    for (const chatId of [...this.all.keys()]) {
      if (named.has(chatId)) continue;
      this.all.delete(chatId);
      this.tell({ kind: "forgotten", chatId });
    }
    for (const summary of snapshot.chats) this.takeSummary(summary);
  }

  private takeSummary(summary: ChatSummary): void {
    const chat = this.chat(summary.chat_id);
    chat.state = summary.state;
    chat.participants = summary.participants;
    chat.read = summary.read ?? {};
    chat.typing.clear();
    chat.wrapUpUntilMs = summary.wrap_up_until_ms ?? null;
    chat.told = summary;
    const { ended_by, ended_reason, ended_at_ms, deletion_code: code } = summary;
    chat.ended =
      summary.state === "ended"
        ? { by: ended_by ?? "system", reason: ended_reason ?? "", atMs: ended_at_ms ?? null, code }
        : null;
    chat.log.opened(summary.epoch, summary.seq);
    this.tell({ kind: "restored", chatId: summary.chat_id });
  }

  private chat(chatId: string): Chat {
    let chat = this.all.get(chatId);
    if (chat === undefined) {
      const log = new ChatLog(chatId, () => this.myId);
      chat = {
        log,
        state: "open",
        participants: [],
        read: {},
        typing: new Set(),
        ended: null,
        wrapUpUntilMs: null,
        told: {},
      };
      this.all.set(chatId, chat);
    }
    return chat;
  }

  private askNext(chat: Chat): void {
    const next = this.isCaughtUp ? chat.log.nextToAsk() : undefined;
    if (next === undefined) return;
    const { chatId } = chat.log;
    chat.log.asked(next.message_id);
    this.connection()
      .send({ type: "send_message", chat_id: chatId, message_id: next.message_id, text: next.text })
      .then(
        (done) => {
          this.tries.delete(next.message_id);
          chat.log.answered(next.message_id, done.epoch ?? chat.log.epoch ?? "", done.seq ?? 0, this.now());
          this.watchGaps();
        },
        (error: unknown) => this.notSent(chat, next.message_id, error),
      )
      .then(() => {
        this.tell({ kind: "own", chatId });
        this.askNext(chat);
      });
  }

  private notSent(chat: Chat, messageId: string, error: unknown): void {
    if (!(error instanceof RefusedError)) {
      chat.log.tryAgain(messageId);
      return;
    }
    const tries = (this.tries.get(messageId) ?? 0) + 1;
    this.tries.set(messageId, tries);
    if (!PASSING.includes(error.code) || tries > PASSING_TRIES) {
      chat.log.refused(messageId, error.code);
      return;
    }
    // Stays `asked` meanwhile, so that later messages wait their turn.
    setTimeout(() => {
      chat.log.tryAgain(messageId);
      this.askNext(chat);
    }, error.refused.retry_after_ms ?? TRY_AGAIN_AFTER_MS);
  }

  private watchGaps(delayMs: number = GAP_PATIENCE_MS): void {
    if (this.gapTimer !== undefined || ![...this.all.values()].some((chat) => chat.log.hasGap)) return;
    this.gapTimer = setTimeout(() => {
      this.gapTimer = undefined;
      if (!this.isCaughtUp) return; // the next hello recovers
      for (const { log } of this.all.values()) {
        const position = log.positionToRecover;
        if (log.hasGap) {
          this.connection()
            .send({ type: "catch_up", ...position })
            .catch(() => {}); // refused or stopped: the next look decides
        }
      }
      this.watchGaps(GAP_AGAIN_MS);
    }, delayMs);
  }
}
