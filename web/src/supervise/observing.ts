// The chats along which this supervisor reads: pushes in, logs out. Nothing can be written in them.
import { signal } from "@preact/signals";
import { ChatLog } from "../shared/chat-log";
import { announce } from "../shared/status";
import type { ChatSummary, ObservingBegan, Participant, Position, Push } from "../shared/wire";
import { t } from "../staff/words";

export interface ObservedChat {
  chatId: string;
  log: ChatLog;
  participants: Participant[];
  whispers: number;
}

export class Observing {
  readonly chats = signal<readonly ObservedChat[]>([]);
  private myId = "";

  /** For `hello`. */
  positions(): Position[] {
    return this.chats.peek().map((chat) => chat.log.positionToRecover);
  }

  take(push: Push): void {
    switch (push.type) {
      case "welcome": {
        // Nothing of whoever was signed in here before may stay.
        if (this.myId !== push.person_id) this.chats.value = [];
        this.myId = push.person_id;
        const observed = push.snapshot.observed ?? [];
        const ids = new Set(observed.map((one) => one.chat_id));
        this.chats.value = this.chats.peek().filter((chat) => ids.has(chat.chatId));
        for (const one of observed) this.hold(one);
        break;
      }
      case "observing_began":
        this.hold(push);
        break;
      case "observing_ended":
        this.chats.value = this.chats.peek().filter((chat) => chat.chatId !== push.chat_id);
        announce(t("observed.ended"));
        break;
      case "message_added":
        if (this.find(push.chat_id)?.log.add(push)) this.changed(push.chat_id);
        break;
      case "whispers_changed": {
        const chat = this.find(push.chat_id);
        if (chat) chat.whispers = push.whispers;
        this.changed(push.chat_id);
        break;
      }
    }
  }

  private hold(told: ChatSummary | ObservingBegan): void {
    let chat = this.find(told.chat_id);
    if (!chat) {
      const log = new ChatLog(told.chat_id, () => this.myId);
      chat = { chatId: told.chat_id, log, participants: [], whispers: 0 };
      this.chats.value = [...this.chats.peek(), chat];
    }
    chat.participants = told.participants;
    chat.whispers = told.whispers ?? 0;
    chat.log.opened(told.epoch, told.seq);
    this.changed(told.chat_id);
  }

  private find(chatId: string): ObservedChat | undefined {
    return this.chats.peek().find((chat) => chat.chatId === chatId);
  }

  /** Another object, since what is the same is not drawn anew. */
  private changed(chatId: string): void {
    this.chats.value = this.chats.peek().map((chat) => (chat.chatId === chatId ? { ...chat } : chat));
  }
}
