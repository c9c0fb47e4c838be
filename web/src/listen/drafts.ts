// What a listener has begun to write, and what an offer said of its chat: kept for this tab only, and wiped when the chat is done with.
import { thisTab } from "../shared/safe-storage";

const PREFIX = "tealight.desk.";

function keep(key: string, value: string): void {
  if (value) thisTab.setItem(PREFIX + key, value);
  else thisTab.removeItem(PREFIX + key);
}

function parsed<T>(key: string): T | null {
  try {
    return JSON.parse(thisTab.getItem(PREFIX + key) ?? "null") as T | null;
  } catch {
    return null;
  }
}

export const draftOf = (chatId: string): string => thisTab.getItem(`${PREFIX}draft.${chatId}`) ?? "";
export const keepDraft = (chatId: string, text: string): void => keep(`draft.${chatId}`, text);
export const noteOf = (chatId: string): string => thisTab.getItem(`${PREFIX}note.${chatId}`) ?? "";
export const keepNote = (chatId: string, text: string): void => keep(`note.${chatId}`, text);

export interface OfferFacts {
  topics: string[];
  distress: number | null;
}

/** What an offer said is not said again with the chat: kept under the request's id, then under the chat's. */
export const keepFacts = (id: string, facts: OfferFacts): void => keep(`facts.${id}`, JSON.stringify(facts));
export const factsOf = (id: string): OfferFacts | null => parsed<OfferFacts>(`facts.${id}`);

export interface Unanswered {
  message_id: string;
  text: string;
}

/** Words that were sent and not answered yet: after a reload they go out again under the same ids, so nothing doubles. */
export function keepUnanswered(chatId: string, own: readonly Unanswered[]): void {
  const list = own.map(({ message_id, text }) => ({ message_id, text }));
  keep(`own.${chatId}`, list.length > 0 ? JSON.stringify(list) : "");
}
export const unansweredOf = (chatId: string): Unanswered[] => parsed<Unanswered[]>(`own.${chatId}`) ?? [];

/** When this page first saw an offer, so that its ring goes on from where it was after a reload. */
export function firstSeenMs(offerId: string, nowMs: number): number {
  const held = Number(thisTab.getItem(`${PREFIX}seen.${offerId}`));
  if (held > 0) return held;
  keep(`seen.${offerId}`, String(nowMs));
  return nowMs;
}

export const forgetOffer = (offerId: string): void => keep(`seen.${offerId}`, "");

/** In which order the chats stand side by side: it must not change under the hands of someone who types by Alt 1 to 4. */
export const deskOrder = (): string[] => parsed<string[]>("order") ?? [];
export const keepDeskOrder = (chatIds: string[]): void => keep("order", JSON.stringify(chatIds));

export function forgetChat(chatId: string): void {
  for (const kind of ["draft", "note", "facts", "own"]) keep(`${kind}.${chatId}`, "");
}

/** On sign-out nothing stays behind for the next person at this machine. */
export function forgetAll(): void {
  try {
    for (const key of Object.keys(sessionStorage)) if (key.startsWith(PREFIX)) sessionStorage.removeItem(key);
  } catch {
    // Nothing was kept, then.
  }
}
