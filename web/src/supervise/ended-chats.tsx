import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { call } from "../shared/http";
import type { AgeBand } from "../shared/wire";
import { useLoaded } from "../staff/loading";
import { clock, poolName, problemWords, span, topicName } from "../staff/say";
import { stopwatch } from "../staff/spans";
import { t, wordFor } from "../staff/words";
import type { Board } from "./board";
import { EndedNotes } from "./ended-notes";
import { poolKey } from "./load";

interface EndedChat {
  chat_id: string;
  language: string;
  age_band: AgeBand;
  topics: string[];
  distress_before: number | null;
  distress_after: number | null;
  rating: number | null;
  opened_at_ms: number | null;
  ended_at_ms: number;
  ended_by: string;
  end_reason: string;
  listener_name: string | null;
  wait_ms: number | null;
  offers: number;
  messages_seeker: number;
  messages_listener: number;
  has_note: boolean;
}

const SHOWN = 50;
/** Without asking for more: fifty rows on a phone hide what stands below them. */
const FIRST = 10;
/** The facts of a chat are written a moment after its end. */
const AGAIN_AFTER_MS = 6000;

export function EndedChats({ board }: { board: Board }) {
  const load = useCallback(() => call<{ chats: EndedChat[] }>("GET", `/api/supervise/chats?limit=${SHOWN}`), []);
  const { value, problem, again } = useLoaded(load);
  const open = board.pools.value.reduce((sum, pool) => sum + pool.open_chats + pool.waiting, 0);
  useAgainSoon(open, again);
  const [isAll, setIsAll] = useState(false);
  const only = board.onlyPool.value;
  const chats = value?.chats.filter((chat) => only === null || poolKey(chat) === only) ?? [];
  return (
    <section class="span-12 panel">
      <table class="table table--stack">
        <caption>{t("ended.title")}</caption>
        {chats.length > 0 && (
          <>
            <thead>
              <tr>
                <th scope="col">{t("ended.at")}</th>
                <th scope="col">{t("pools.pool")}</th>
                <th scope="col">{t("ended.listener")}</th>
                <th scope="col">{t("ended.topics")}</th>
                <th scope="col" class="num">
                  {t("ended.wait")}
                </th>
                <th scope="col" class="num">
                  {t("ended.length")}
                </th>
                <th scope="col" class="num">
                  {t("ended.messages")}
                </th>
                <th scope="col">{t("ended.how")}</th>
                <th scope="col">{t("ended.feedback")}</th>
                <th scope="col">{t("ended.note")}</th>
              </tr>
            </thead>
            <tbody>
              {(isAll ? chats : chats.slice(0, FIRST)).map((chat) => (
                <Row key={chat.chat_id} chat={chat} />
              ))}
            </tbody>
          </>
        )}
      </table>
      {!isAll && chats.length > FIRST && (
        <p class="panel__note">
          <button class="btn btn--dense" type="button" onClick={() => setIsAll(true)}>
            {t("ended.all", { n: chats.length })}
          </button>
        </p>
      )}
      {problem !== null && <p class="small panel__note">{problemWords(problem)}</p>}
      {value && chats.length === 0 && <p class="small soft panel__note">{t("ended.none")}</p>}
      {chats.length > 0 && <p class="small soft panel__note">{t("ended.hint", { n: SHOWN })}</p>}
    </section>
  );
}

/** When what a push tells has changed, looks again, at most once in a while: on a busy night something changes each second. */
export function useAgainSoon(told: number, again: () => Promise<void>): void {
  const later = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const before = useRef(told);
  useEffect(() => {
    if (before.current === told || later.current !== undefined) return;
    before.current = told;
    later.current = setTimeout(() => {
      void again();
      // Once more, for what the archiver had not written by then, and for what changed meanwhile.
      later.current = setTimeout(() => {
        later.current = undefined;
        void again();
      }, AGAIN_AFTER_MS);
    }, AGAIN_AFTER_MS);
  }, [told, again]);
  useEffect(() => () => clearTimeout(later.current), []);
}

function Row({ chat }: { chat: EndedChat }) {
  const hasOpened = chat.opened_at_ms !== null;
  const lengthMs = chat.ended_at_ms - (chat.opened_at_ms ?? chat.ended_at_ms);
  return (
    <tr>
      <th scope="row" class="figures nowrap">
        {clock(chat.ended_at_ms)}
      </th>
      <td data-label={t("pools.pool")}>{poolName(chat)}</td>
      <td data-label={t("ended.listener")}>{chat.listener_name ?? <span class="soft">{t("none")}</span>}</td>
      <td data-label={t("ended.topics")}>
        {chat.topics.length > 0 ? chat.topics.map(topicName).join(", ") : <span class="soft">{t("none")}</span>}
      </td>
      <td class="num" data-label={t("ended.wait")}>
        {chat.wait_ms === null ? <span class="soft">{t("none")}</span> : stopwatch(chat.wait_ms)}
      </td>
      <td class="num" data-label={t("ended.length")}>
        {hasOpened ? span(lengthMs) : <span class="soft">{t("none")}</span>}
      </td>
      <td class="num" data-label={t("ended.messages")}>
        {t("ended.both", { seeker: chat.messages_seeker, listener: chat.messages_listener })}
      </td>
      <td data-label={t("ended.how")}>{how(chat, hasOpened)}</td>
      <td data-label={t("ended.feedback")}>{feedback(chat)}</td>
      {chat.has_note ? (
        <td class="full" data-label={t("ended.note")}>
          <EndedNotes chatId={chat.chat_id} endedAtMs={chat.ended_at_ms} />
        </td>
      ) : (
        <td data-label={t("ended.note")}>
          <span class="soft">{t("none")}</span>
        </td>
      )}
    </tr>
  );
}

function how(chat: EndedChat, hasOpened: boolean): string {
  if (!hasOpened) return wordFor("ended_before", chat.end_reason, "ended_before.other");
  return wordFor("ended_who", chat.ended_by, "unknown_code");
}

function feedback(chat: EndedChat) {
  const parts: string[] = [];
  if (chat.rating !== null) parts.push(t("ended.rating", { n: chat.rating }));
  if (chat.distress_before !== null && chat.distress_after !== null) {
    parts.push(t("ended.distress", { before: chat.distress_before, after: chat.distress_after }));
  }
  return parts.length > 0 ? parts.join(" ") : <span class="soft">{t("none")}</span>;
}
