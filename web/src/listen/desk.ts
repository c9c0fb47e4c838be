// One chat as its listener holds it: what shared/chats.ts knows of it, and what only this page knows (unread, draft, wrap-up).
import { type Signal, signal } from "@preact/signals";
import type { Chat } from "../shared/chats";
import type { Participant, RiskFlagRaised } from "../shared/wire";
import { factsOf, forgetChat, type OfferFacts } from "./drafts";
import { owedSinceMs, unreadCount } from "./unread";

/** A seeker who stopped without saying so (a closed lid, a lost network) is not writing any more after this. */
const TYPING_LASTS_MS = 12_000;

export class Desk {
  /** Rises with every change of the chat: what reads `chat` through this desk is drawn again. */
  private readonly revision = signal(0);
  /** The highest seq that this listener has seen, whether or not the server has been told yet. */
  readonly ownRead = signal(0);
  readonly isTyping = signal(false);
  readonly risk = signal<RiskFlagRaised | null>(null);
  readonly facts: Signal<OfferFacts | null>;
  /** The chat went on without this listener while the connection was away; what was held of it still stands here. */
  readonly isLost = signal(false);
  /** Put away by the listener, or its wrap-up is over. */
  readonly isClosed = signal(false);
  /** The last thing that was refused here, as a code. */
  readonly refusal = signal<string | null>(null);
  private typingEnds: ReturnType<typeof setTimeout> | undefined;

  constructor(
    readonly chatId: string,
    private readonly held: Chat,
    private readonly myId: () => string,
  ) {
    this.facts = signal(factsOf(chatId));
    this.ownRead.value = held.read[myId()] ?? 0;
  }

  get chat(): Chat {
    void this.revision.value;
    return this.held;
  }

  get seeker(): Participant | undefined {
    return this.chat.participants.find((one) => one.role === "seeker");
  }

  get isOpen(): boolean {
    return this.chat.state === "open" && this.isMine && !this.isLost.value;
  }

  /** False when another listener has it now. */
  get isMine(): boolean {
    return this.chat.participants.some((one) => one.person_id === this.myId());
  }

  get unread(): number {
    const written = this.chat.log.messages.map((one) => ({ seq: one.seq, fromId: one.from_id }));
    return unreadCount(written, this.myId(), this.ownRead.value);
  }

  get theirRead(): number {
    const { read } = this.chat;
    const seeker = this.seeker;
    return seeker ? (read[seeker.person_id] ?? 0) : 0;
  }

  /** Since when the seeker waits for an answer, or null. Nothing is owed while an answer is on its way. */
  get owedSinceMs(): number | null {
    const { log } = this.chat;
    if (log.ownMessages.some((one) => one.state !== "refused")) return null;
    return owedSinceMs(
      log.messages.map((one) => ({ fromId: one.from_id, sentAtMs: one.sent_at_ms })),
      this.myId(),
    );
  }

  get startedAtMs(): number | null {
    return this.chat.log.messages[0]?.sent_at_ms ?? null;
  }

  changed(): void {
    const own = this.held.read[this.myId()] ?? 0;
    if (own > this.ownRead.value) this.ownRead.value = own;
    const seeker = this.held.participants.find((one) => one.role === "seeker");
    this.setTyping(seeker !== undefined && this.held.typing.has(seeker.person_id));
    this.revision.value += 1;
  }

  /** Everything held so far has been seen. True if that is news. */
  readAll(): boolean {
    if (this.held.log.position <= this.ownRead.value) return false;
    this.ownRead.value = this.held.log.position;
    return true;
  }

  close(): void {
    this.isClosed.value = true;
    forgetChat(this.chatId);
  }

  private setTyping(isTyping: boolean): void {
    clearTimeout(this.typingEnds);
    this.isTyping.value = isTyping;
    if (!isTyping) return;
    this.typingEnds = setTimeout(() => {
      this.isTyping.value = false;
    }, TYPING_LASTS_MS);
  }
}
