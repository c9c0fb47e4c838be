// The seeker's way: ask, wait, confirm, talk, end. Decides which view is shown; shows nothing itself.

import { type ConnectionState, RefusedError } from "../shared/connection";
import { newId } from "../shared/ids";
import { announce } from "../shared/status";
import type { ChatSummary, Push, RequestState, Snapshot } from "../shared/wire";
import { rest } from "./attention";
import { avoided, holds, preferred } from "./device";
import { addToDraft, setDraft } from "./draft";
import { askToConfirm, changeLine, changePlace, newLine, takeReply, takeRequest } from "./line";
import { chats, connection, disconnect, subscribe } from "./link";
import * as state from "./state";
import { type Asking, keep, kept, wipe } from "./tab";
import { currentChat, enterChat, forgetChat, takeNews, writeUnsent } from "./talking";
import { say, words } from "./words";

let isLeavingLine = false;
let isPlaceGone = false;
const GONE: state.Notice = { title: "gone.title", more: "gone.other" };
/** So long somebody may wait for their own listener alone. */
const HOLD_S = 300;

subscribe({ push: take, news: takeNews, state: linkChanged });

/** After a reload: go on where this tab was. */
export function resume(): void {
  if (kept("token") === null && kept("asking") === null) return;
  state.view.value = "resuming";
  connection().start();
}

export async function ask(asked: Omit<Asking, "request_id" | "asked_at_ms" | "is_in_line">): Promise<void> {
  const asking: Asking = { ...asked, request_id: newId(), asked_at_ms: Date.now(), is_in_line: false };
  keep("asking", asking);
  state.notice.value = null;
  state.refusal.value = null;
  state.line.value = newLine(asking.request_id);
  state.view.value = "waiting";
  connection().start();
  await request(asking);
}

/** "I'm here", to the question or after it was missed. */
export function confirmHere(): void {
  const line = state.line.value;
  if (line === null) return;
  state.confirm.value = null;
  rest();
  const command = { type: "confirm_here" as const, request_id: line.requestId };
  connection()
    .send(command)
    .catch(() => {}); // pushes tell what came of it
}

/** Rather the next listener than only their own. */
export function releaseHold(): void {
  holds.value = false;
  const line = state.line.value;
  if (line !== null) void connection().send({ type: "release_hold", request_id: line.requestId }).catch(nothing);
}

/** Nobody who wants to go waits for a connection to come back: then the place goes as if the tab had been closed. */
export async function leaveLine(): Promise<void> {
  const line = state.line.value;
  isLeavingLine = true;
  try {
    if (line !== null && !state.isLost.value)
      await connection().send({ type: "leave_line", request_id: line.requestId });
  } catch (error) {
    if (error instanceof RefusedError && error.code === "already_open") return; // a listener came first
  } finally {
    isLeavingLine = false;
  }
  startOver({ title: "wait.left" });
}

/**
 * The end of the visit: this tab forgets, and another chat begins as another person. Where they didn't choose that, what they
 * wrote stays for the next try.
 */
export function startOver(notice: state.Notice | null = null, isOwnWish = true): void {
  isPlaceGone = false;
  if (isOwnWish) setDraft("");
  else for (const one of kept("unsent")?.messages.reverse() ?? []) addToDraft(one.text);
  disconnect();
  wipe(isOwnWish);
  forgetChat();
  state.forgetAll();
  state.link.value = "idle";
  state.notice.value = notice;
  state.view.value = "start";
  rest();
}

/** "Leave fast": say goodbye to the server in passing, so that nobody is asked to wait for someone who is gone. */
export function goAway(): void {
  const line = state.line.value;
  const chat = currentChat();
  if (chat !== null && chat.state !== "ended") {
    void connection().send({ type: "end_chat", chat_id: chat.log.chatId }).catch(nothing);
  } else if (line !== null && line.state !== "ended") {
    void connection().send({ type: "leave_line", request_id: line.requestId }).catch(nothing);
  }
  connection().stop();
}

async function request(asking: Asking): Promise<void> {
  const { language, age_band, topics, distress, request_id } = asking;
  try {
    const done = await connection().send({
      type: "request_chat",
      request_id,
      language,
      age_band,
      topics,
      ...(distress !== null && { distress }),
      ...(preferred.value !== null && { prefer_listener: preferred.value.person_id, hold_s: holds.value ? HOLD_S : 0 }),
      ...(avoided.value.length > 0 && { avoid_listeners: avoided.value }),
    });
    isInLine(asking);
    takeReply(done);
  } catch (error) {
    if (!(error instanceof RefusedError)) return; // stopped: linkChanged says so
    if (error.code === "already_open") {
      // This person already waits or talks, in another tab perhaps: the next welcome shows what is open.
      isInLine(asking);
      state.view.value = "resuming";
      connection().stop();
      connection().start();
      return;
    }
    const key = `refused.${error.code}`;
    startOver(null, false);
    state.refusal.value = words.has(key) ? key : "refused.other";
  }
}

/** The server has it. From now on the service's clock counts the wait, which is known by now: this device's may be hours wrong. */
function isInLine(asking: Asking): void {
  const asked_at_ms = asking.asked_at_ms + state.clock.now() - Date.now();
  keep("asking", { ...asking, is_in_line: true, asked_at_ms });
}

function take(push: Push): void {
  if (push.type === "welcome") {
    state.clock.set(push.server_time_ms, Date.now());
    if (push.token) keep("token", push.token);
    state.myName.value = push.name;
  }
  chats.take(push);
  switch (push.type) {
    case "welcome":
      takeSnapshot(push.snapshot);
      break;
    case "request_changed":
      if (push.request_id !== state.line.value?.requestId) break;
      if (push.ticket) keep("ticket", push.ticket);
      if (typeof push.is_anyone_there === "boolean") changeLine({ isAnyoneThere: push.is_anyone_there });
      requestChanged(push.state, push.reason ?? null);
      break;
    case "place_changed":
      if (push.request_id !== state.line.value?.requestId) break;
      changePlace(push.place, push.wait_low_s, push.wait_high_s);
      break;
    case "confirm_wanted":
      askToConfirm(push.deadline_ms);
      break;
    case "help_offered":
      state.isHelpOffered.value = true;
      announce(say("chat.help_offered"));
      break;
  }
}

function takeSnapshot({ chats: summaries, request: own }: Snapshot): void {
  const running = summaries.find((chat) => chat.state !== "ended");
  isPlaceGone = false;
  if (own && own.state !== "ended") {
    if (own.ticket) keep("ticket", own.ticket);
    takeRequest(own);
    // A chat of which words are there already goes on as a chat, even while nobody has it.
    if (running !== undefined && (running.state === "open" || running.seq > 0)) enterChat(running.chat_id);
    else state.view.value = "waiting";
  } else if (running !== undefined) {
    enterChat(running.chat_id);
  } else {
    nothingRuns(summaries);
  }
}

/** The server knows neither a wish nor a running chat of this person. */
function nothingRuns(summaries: ChatSummary[]): void {
  const asking = kept("asking");
  const wasIn = state.view.value;
  const ended = summaries.find((one) => one.chat_id === state.chatId.value) ?? summaries[summaries.length - 1];
  if (ended !== undefined && (wasIn === "chat" || wasIn === "resuming")) {
    state.chatId.value = ended.chat_id;
    state.view.value = "after";
    const chat = currentChat();
    if (chat !== null) writeUnsent(chat);
  } else if (asking !== null && !asking.is_in_line && wasIn !== "chat") {
    if (wasIn !== "resuming") return; // the connection asks again by itself
    state.line.value = newLine(asking.request_id);
    state.view.value = "waiting";
    void request(asking);
  } else if (asking !== null && wasIn !== "chat" && wasIn !== "after") {
    // The place was given up meanwhile: why comes before we are caught up, if the service knows.
    state.line.value = newLine(asking.request_id);
    state.view.value = "waiting";
    isPlaceGone = true;
  } else if (wasIn !== "after") {
    startOver(GONE, false);
  }
}

function requestChanged(now: RequestState, reason: string | null): void {
  changeLine({ state: now, reason });
  if (reason === "listener_not_available") holds.value = false;
  if (now !== "offered") state.confirm.value = null;
  if (now === "parked") announce(say("parked.title"));
  if (now !== "ended" || state.view.value !== "waiting" || isLeavingLine) return;
  const key = `gone.${reason}`;
  startOver(words.has(key) ? { ...GONE, more: key } : GONE, false);
}

function linkChanged(now: ConnectionState, closeCode?: number): void {
  const wasLost = state.isLost.value;
  state.link.value = now;
  state.isCaughtUp.value = now === "open";
  state.chatTick.value += 1;
  if (now === "open") {
    state.isLost.value = false;
    chats.caughtUp();
    if (isPlaceGone) startOver(GONE, false);
    else if (wasLost) announce(say("chat.back"));
    return;
  }
  chats.lost();
  if (now === "waiting") {
    state.isLost.value = true;
    if (!wasLost) announce(say("chat.reconnecting"));
  }
  if (now === "waiting" && isLeavingLine) startOver({ title: "wait.left" });
  if (now === "stopped" && closeCode !== undefined) startOver({ title: "stopped.title", more: "stopped.more" }, false);
}

function nothing(): void {}
