// What the listener's page knows and does: duty, lines, the offer, the desks. Components read its signals and call its acts.
import { computed, signal } from "@preact/signals";
import { type ChatNews, Chats } from "../shared/chats";
import { Connection, type ConnectionState, openSocket, RefusedError } from "../shared/connection";
import { announce } from "../shared/status";
import { Close, type LineOfPool, type Push, type Snapshot } from "../shared/wire";
import { serverNow, setServerTime } from "../staff/clock";
import { goToSignIn } from "../staff/me";
import { connectionState } from "../staff/staff-bar";
import { t } from "../staff/words";
import { Desk } from "./desk";
import {
  deskOrder,
  factsOf,
  forgetAll,
  keepDeskOrder,
  keepFacts,
  keepUnanswered,
  noteOf,
  unansweredOf,
} from "./drafts";
import { Duty } from "./duty";
import { Offers } from "./offers";
import { afterwards, debriefAddress, doorOf } from "./practice";
import { TypingNews } from "./typing-news";

/** So many chats back the order of the desks is remembered. */
const ORDER_KEPT = 50;

export class Console {
  readonly connection: Connection = new Connection(
    {
      hello: () => ({ done_is_enough: true, recover: this.chats.positions() }),
      push: (push) => this.take(push),
      state: (state, closeCode) => this.connectionChanged(state, closeCode),
    },
    () => openSocket(doorOf(this.practiceId)),
  );
  readonly chats: Chats = new Chats(
    () => this.connection,
    (news) => this.heard(news),
    serverNow,
  );
  readonly duty = new Duty(this.connection);
  readonly offers = new Offers(this.connection);
  readonly lines = signal<{ atMs: number; pools: LineOfPool[] } | null>(null);
  readonly desks = signal<readonly Desk[]>([]);
  /** The chat in front: the only one that is read out live, and the only one that counts as read. */
  readonly frontId = signal<string | null>(null);
  /** On a narrow screen: the line is looked at instead of a chat. */
  readonly isLineInFront = signal(false);
  /** How many chats ended since this page began: own numbers are asked for again. */
  readonly endedCount = signal(0);
  readonly closeCode = signal<number | null>(null);
  readonly hasWelcome = signal(false);
  private readonly typing = new TypingNews((told) => this.connection.tell(told));
  /** Chats whose note is on its way: its answer closes them. */
  private readonly finishing = new Set<string>();
  private isRestored = false;
  private isLeaving = false;

  readonly shown = computed(() => this.desks.value.filter((desk) => !desk.isClosed.value));
  readonly front = computed(() => {
    const shown = this.shown.value;
    return shown.find((desk) => desk.chatId === this.frontId.value) ?? shown[0] ?? null;
  });
  readonly unread = computed(() => this.shown.value.reduce((sum, desk) => sum + desk.unread, 0));

  /** `practiceId`: the practice chat that this page is for; null: it is for real ones, and never for both. */
  constructor(readonly practiceId: string | null = null) {}

  get isPractice(): boolean {
    return this.practiceId !== null;
  }

  get myId(): string {
    return this.chats.myId;
  }

  start(): void {
    this.connection.start();
    document.addEventListener("visibilitychange", () => this.readFront());
    addEventListener("focus", () => this.readFront());
  }

  bringToFront(chatId: string): void {
    this.frontId.value = chatId;
    this.isLineInFront.value = false;
    this.readFront();
  }

  /** What stands in the chat in front counts as read while the person can see it. */
  readFront(): void {
    const desk = this.front.value;
    if (!desk || this.isLineInFront.value || document.visibilityState !== "visible" || !document.hasFocus()) return;
    if (desk.readAll()) this.tellRead(desk);
  }

  write(desk: Desk, text: string): void {
    this.typing.stopped(desk.chatId);
    this.chats.write(desk.chatId, text);
  }

  typed(desk: Desk, hasText: boolean): void {
    if (desk.isOpen) this.typing.typed(desk.chatId, hasText);
  }

  async endChat(desk: Desk, reason: string): Promise<void> {
    await this.connection.send({ type: "end_chat", chat_id: desk.chatId, reason });
  }

  async report(desk: Desk, reason: string, comment: string, block: boolean): Promise<void> {
    const words = comment.trim();
    const command = { type: "report", chat_id: desk.chatId, reason, block } as const;
    await this.connection.send(words ? { ...command, comment: words } : command);
  }

  /** A wrap-up that is over already is as good as done. */
  async finishWrapUp(desk: Desk, note: string): Promise<void> {
    const words = note.trim();
    const command = { type: "finish_wrap_up", chat_id: desk.chatId } as const;
    this.finishing.add(desk.chatId);
    try {
      await this.connection.send(words ? { ...command, note: words } : command);
    } catch (error) {
      if (!(error instanceof RefusedError) || error.code !== "no_wrap_up") throw error;
    } finally {
      this.finishing.delete(desk.chatId);
    }
    this.close(desk);
  }

  /** The time ran out before this page looked at its clock: in the background, or asleep. What was typed goes out first. */
  private closeWithNote(desk: Desk): void {
    const note = noteOf(desk.chatId);
    if (note.trim() === "") this.close(desk);
    else if (!this.finishing.has(desk.chatId)) void this.finishWrapUp(desk, note).catch(() => this.close(desk));
  }

  close(desk: Desk): void {
    desk.close();
    if (this.frontId.value === desk.chatId) this.frontId.value = null;
    this.readFront();
    // What was written to in practice is looked at, not put away.
    if (this.practiceId === null || this.isLeaving) return;
    this.isLeaving = true;
    location.assign(debriefAddress(this.practiceId));
  }

  private take(push: Push): void {
    if (push.type === "welcome") {
      if (push.role === "seeker") {
        // The sign-in ran out between loading the page and greeting.
        this.connection.stop();
        goToSignIn();
        return;
      }
      if (Boolean(push.is_practice) !== this.isPractice) {
        // The wrong door: a practice chat and a real one must never be taken for each other.
        this.connection.stop();
        return;
      }
      setServerTime(push.server_time_ms);
      if (this.myId !== "" && this.myId !== push.person_id) this.startAgain();
    } else if (push.type === "heartbeat") {
      setServerTime(push.server_time_ms ?? 0);
    } else if (push.type === "chat_opened") {
      // The wire need not say which request became this chat: then it is the one that is held for this listener.
      const facts = factsOf(push.request_id ?? this.offers.shown.value?.offer.request_id ?? "");
      if (facts) keepFacts(push.chat_id, facts);
    } else if (push.type === "risk_flag_raised") {
      const desk = this.deskOf(push.chat_id);
      if (desk) desk.risk.value = push;
    } else if (push.type === "lines_changed") {
      this.lines.value = { atMs: push.at_ms, pools: push.pools };
    }
    this.chats.take(push);
    this.duty.take(push);
    this.offers.take(push);
    // The pause says what happened to the offer too.
    if (push.type === "availability_changed" && push.reason === "missed_offers") this.offers.dismissGone();
    if (push.type === "welcome") {
      this.welcomed(push.snapshot);
      if (this.practiceId !== null && this.shown.value.length === 0) void this.leaveIfOver(this.practiceId);
    }
  }

  private async leaveIfOver(practiceId: string): Promise<void> {
    const address = await afterwards(practiceId);
    if (address) location.replace(address);
  }

  private welcomed(snapshot: Snapshot): void {
    this.hasWelcome.value = true;
    for (const summary of snapshot.chats) {
      const desk = this.deskOf(summary.chat_id);
      // A chat that ended while this page was away is shown only as long as its wrap-up runs.
      const isOver = summary.state === "ended" && (summary.wrap_up_until_ms ?? 0) <= serverNow();
      if (desk && isOver && !this.isRestored) desk.isClosed.value = true;
    }
    if (this.isRestored) return;
    this.isRestored = true;
    for (const desk of this.shown.value) {
      for (const own of unansweredOf(desk.chatId)) this.chats.write(desk.chatId, own.text, own.message_id);
    }
  }

  private connectionChanged(state: ConnectionState, closeCode?: number): void {
    connectionState.value = state;
    this.closeCode.value = state === "stopped" ? (closeCode ?? null) : null;
    if (state === "open") {
      this.chats.caughtUp();
      for (const desk of this.shown.value) if (desk.ownRead.value > 0) this.tellRead(desk);
      this.readFront();
      return;
    }
    this.chats.lost();
    for (const desk of this.desks.value) desk.changed();
    if (closeCode === Close.SIGNED_OUT) goToSignIn();
  }

  private heard(news: ChatNews): void {
    if (news.kind === "forgotten") {
      this.lost(news.chatId);
      return;
    }
    // A chat that was lost and came back is another object in `chats`.
    if (this.deskOf(news.chatId)?.isLost.value) this.drop(news.chatId);
    const desk = this.deskOf(news.chatId) ?? this.openDesk(news.chatId);
    if (!desk) return;
    desk.changed();
    if (news.kind === "own" || news.kind === "message") keepUnanswered(news.chatId, this.chats.unanswered(news.chatId));
    const name = desk.seeker?.name ?? t("seeker");
    if (news.kind === "opened") {
      desk.isClosed.value = false;
      announce(t("desk.opened", { name }));
    }
    if (news.kind === "ended") {
      this.endedCount.value += 1;
      announce(t("desk.ended_status", { name }));
    }
    if (news.kind === "wrap_up_finished") this.closeWithNote(desk);
    if (news.kind === "message") {
      if (desk === this.front.value) this.readFront();
      else if (!news.isCatchingUp && news.fromId !== this.myId) announce(t("desk.wrote", { name }));
    }
  }

  /** Somebody else is signed in here now: nothing of the one before may stay. */
  private startAgain(): void {
    this.desks.value = [];
    forgetAll();
  }

  private drop(chatId: string): void {
    this.desks.value = this.desks.value.filter((desk) => desk.chatId !== chatId);
  }

  /** An open chat that is gone is told, with the words that never went out; one that had ended needs no word. */
  private lost(chatId: string): void {
    const desk = this.deskOf(chatId);
    if (!desk) return;
    if (!desk.isOpen || desk.isClosed.value) {
      if (noteOf(chatId) !== "") this.closeWithNote(desk);
      this.drop(chatId);
      return;
    }
    desk.isLost.value = true;
    keepUnanswered(chatId, []);
    desk.changed();
  }

  private openDesk(chatId: string): Desk | null {
    const chat = this.chats.all.get(chatId);
    if (!chat) return null;
    const desk = new Desk(chatId, chat, () => this.myId);
    const kept = deskOrder();
    const placeOf = (one: Desk) => (kept.includes(one.chatId) ? kept.indexOf(one.chatId) : kept.length);
    this.desks.value = [...this.desks.value, desk].sort((a, b) => placeOf(a) - placeOf(b));
    if (!kept.includes(chatId)) keepDeskOrder([...kept, chatId].slice(-ORDER_KEPT));
    return desk;
  }

  private deskOf(chatId: string): Desk | undefined {
    return this.desks.value.find((desk) => desk.chatId === chatId);
  }

  private tellRead(desk: Desk): void {
    if (desk.isOpen) this.connection.tell({ type: "mark_read", chat_id: desk.chatId, seq: desk.ownRead.value });
  }
}
