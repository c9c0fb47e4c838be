// Tells the seeker that their listener is writing: at the first letter, again every few seconds, and when it stops.
import type { Told } from "../shared/connection";

const AGAIN_AFTER_MS = 4_000;
const IDLE_AFTER_MS = 6_000;

interface Writing {
  toldAtMs: number;
  idle: ReturnType<typeof setTimeout>;
}

export class TypingNews {
  private readonly writing = new Map<string, Writing>();

  constructor(
    private readonly tell: (told: Told) => boolean,
    private readonly now: () => number = Date.now,
  ) {}

  typed(chatId: string, hasText: boolean): void {
    if (!hasText) {
      this.stopped(chatId);
      return;
    }
    const held = this.writing.get(chatId);
    if (held) clearTimeout(held.idle);
    const idle = setTimeout(() => this.stopped(chatId), IDLE_AFTER_MS);
    const isDue = !held || this.now() - held.toldAtMs >= AGAIN_AFTER_MS;
    if (isDue) this.tell({ type: "set_typing", chat_id: chatId, typing: true });
    this.writing.set(chatId, { idle, toldAtMs: isDue ? this.now() : held.toldAtMs });
  }

  stopped(chatId: string): void {
    const held = this.writing.get(chatId);
    if (!held) return;
    clearTimeout(held.idle);
    this.writing.delete(chatId);
    this.tell({ type: "set_typing", chat_id: chatId, typing: false });
  }
}
