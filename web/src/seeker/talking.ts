// The chat itself: what the person does in it, and what happens to it.

import type { Chat, ChatNews } from "../shared/chats";
import { announce } from "../shared/status";
import type { Participant } from "../shared/wire";
import { rest } from "./attention";
import { avoid, prefer, preferred } from "./device";
import { chats, connection } from "./link";
import * as state from "./state";
import { value } from "./store";
import { asKept, keep, kept } from "./tab";
import { say } from "./words";

/** Typing that goes on is not told again and again. */
const SAY_TYPING_EVERY_MS = 10_000;

/** The listener of now or, between two and after the end, the last one. */
export const companion = value<Participant | null>(null);

/** Whom this visit reported last: nobody is asked whether they want to talk with them again. */
export const reported = value<string | undefined>(undefined);

/** Who was in this chat, for words that stay when their writer has gone. */
const names = new Map<string, string>();
let greeted = "";
let noteCount = 0;
let saidTypingMs = Number.NEGATIVE_INFINITY;

export function currentChat(): Chat | null {
  const id = state.chatId.value;
  return id === null ? null : (chats.all.get(id) ?? null);
}

/** The one who is in the chat now. */
export function listenerOf(chat: Chat | null): Participant | null {
  return chat?.participants.find((one) => one.person_id !== chats.myId) ?? null;
}

export function nameOf(personId: string): string {
  return names.get(personId) ?? say("chat.someone");
}

export function sendWords(text: string): void {
  const id = state.chatId.value;
  if (id !== null) chats.write(id, text);
}

export function setTyping(typing: boolean): void {
  const id = state.chatId.value;
  if (id !== null) connection().tell({ type: "set_typing", chat_id: id, typing });
}

/** False where it can't be told now. */
export function markRead(seq: number): boolean {
  const id = state.chatId.value;
  return id !== null && connection().tell({ type: "mark_read", chat_id: id, seq });
}

/** Raises RefusedError or StoppedError, as do the two below. */
export async function endChat(): Promise<void> {
  const id = state.chatId.value;
  if (id === null) return;
  await connection().send({ type: "end_chat", chat_id: id });
  over("");
}

/** Blocking ends the chat; the block itself stays on this device and goes with every later wish to talk. */
export async function report(whom: string | undefined, reason: string, comment: string, block: boolean): Promise<void> {
  const id = state.chatId.value;
  if (id === null) return;
  if (block && whom) avoid(whom);
  const words = comment.trim();
  const more = { ...(words && { comment: words }), ...(whom && { about_id: whom }) };
  await connection().send({ type: "report", chat_id: id, reason, block, ...more });
  reported.value = whom;
  if (whom && preferred.value?.person_id === whom) prefer(null);
  if (block && companion.value?.person_id === whom) over("blocked");
}

export async function giveFeedback(
  rating: number,
  distress: number | null,
  comment: string,
  mayReview: boolean,
): Promise<void> {
  const id = state.chatId.value;
  if (id === null) return;
  const words = comment.trim();
  const more = { ...(distress !== null && { distress }), ...(words && { comment: words }) };
  await connection().send({ type: "give_feedback", chat_id: id, rating, may_review: mayReview, ...more });
}

/** Shows this chat. Sends what was written while waiting, or before a reload. */
export function enterChat(id: string): void {
  const chat = chats.all.get(id);
  if (chat === undefined) return;
  const isNew = state.chatId.value !== id;
  state.chatId.value = id;
  state.confirm.value = null;
  state.view.value = "chat";
  state.chatTick.value += 1;
  greet(chat);
  if (isNew) writeUnsent(chat);
  if (chat.state !== "open") return;
  const firstWords = kept("first_words") ?? [];
  keep("first_words", null);
  for (const one of firstWords) chats.write(id, one.text, one.message_id);
}

/** What a reload left behind goes out again under the same ids, also into a chat that has ended: the answer says what of it arrived. */
export function writeUnsent({ log }: Chat): void {
  const unsent = kept("unsent");
  if (unsent?.chat_id !== log.chatId || log.ownMessages.length > 0) return;
  for (const one of unsent.messages) chats.write(log.chatId, one.text, one.message_id);
}

export function takeNews(news: ChatNews): void {
  if (news.kind === "opened") {
    rest();
    enterChat(news.chatId);
    announce(state.notes.value[state.notes.value.length - 1]?.text ?? "");
  }
  if (news.chatId !== state.chatId.value || news.kind === "forgotten") return;
  state.chatTick.value += 1;
  const unsent = asKept(chats.unanswered(news.chatId));
  keep("unsent", unsent.length > 0 ? { chat_id: news.chatId, messages: unsent } : null);
  const chat = currentChat();
  for (const one of chat?.participants ?? []) names.set(one.person_id, one.name);
  const listener = listenerOf(chat);
  if (listener !== null) companion.value = listener;
  const name = companion.value?.name ?? "";
  switch (news.kind) {
    case "ended":
      state.view.value = "after";
      state.confirm.value = null;
      break;
    case "typing":
      sayTyping(name);
      break;
    case "presence":
      if (listener !== null) {
        announce(listener.is_present ? `${name} ${say("chat.here")}` : say("chat.dropped", { name }));
      }
      break;
    case "told":
      if (chat?.told.is_observed) announce(say("chat.observed", { name }));
      break;
    case "participants":
      if (listener === null) announce(say("chat.requeued"));
      else greet(currentChat());
      break;
  }
}

export function forgetChat(): void {
  companion.value = null;
  greeted = "";
  names.clear();
}

/** Says who is here, once for each listener. */
function greet(chat: Chat | null): void {
  const listener = listenerOf(chat);
  if (chat === null || listener === null || listener.person_id === greeted) return;
  const isFirst = greeted === "" && chat.log.position === 0;
  greeted = listener.person_id;
  companion.value = listener;
  names.set(listener.person_id, listener.name);
  noteCount += 1;
  const text = say(isFirst ? "chat.joined" : "chat.joined_next", { name: listener.name });
  state.notes.value = [...state.notes.value, { id: noteCount, afterSeq: chat.log.position, text }];
}

/** The reply may come before the push that says the same. */
function over(reason: string): void {
  const chat = currentChat();
  if (chat === null) return;
  chat.state = "ended";
  chat.ended ??= { by: "seeker", reason, atMs: null };
  if (reason !== "") chat.ended = { ...chat.ended, reason };
  state.chatTick.value += 1;
  state.view.value = "after";
}

function sayTyping(name: string): void {
  const isTyping = (currentChat()?.typing.size ?? 0) > 0;
  if (!isTyping || Date.now() - saidTypingMs < SAY_TYPING_EVERY_MS) return;
  saidTypingMs = Date.now();
  announce(say("chat.is_writing", { name }));
}
