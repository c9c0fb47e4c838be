// A chat along which this supervisor reads: the words of the two, and beside them what is between supervisor and listener.
import { call } from "../shared/http";
import type { Participant } from "../shared/wire";
import { useDoing } from "../staff/loading";
import { clock, problemWords } from "../staff/say";
import { useStickToEnd } from "../staff/stick-to-end";
import { turnsOf } from "../staff/turns";
import { Whispers } from "../staff/whispers";
import { t } from "../staff/words";
import type { ObservedChat, Observing } from "./observing";

export function ObservedChats({ observing }: { observing: Observing }) {
  return (
    <>
      {observing.chats.value.map((chat) => (
        <Observed key={chat.chatId} chat={chat} />
      ))}
    </>
  );
}

function Observed({ chat }: { chat: ObservedChat }) {
  const seeker = chat.participants.find((one) => one.role === "seeker");
  const listener = chat.participants.find((one) => one.role !== "seeker");
  const names = { name: listener?.name ?? t("first_chats.name"), seeker: seeker?.name ?? t("seeker") };
  const id = `observed-${chat.chatId}`;
  const doing = useDoing();
  return (
    <section class="span-12 panel observed" aria-labelledby={id}>
      <div class="panel__head">
        <h2 id={id}>{t("observed.title", names)}</h2>
        <button
          class="btn btn--dense"
          type="button"
          disabled={doing.isDoing}
          onClick={() => void doing.run(() => call("DELETE", placeOf(chat.chatId)))}
        >
          {t("first_chats.detach")}
          <span class="visually-hidden"> {t("first_chats.detach_from", names)}</span>
        </button>
      </div>
      {doing.problem !== null && (
        <p class="error panel__note" role="alert">
          {problemWords(doing.problem)}
        </p>
      )}
      <div class="observed__sides">
        <Words chat={chat} listener={listener} label={t("observed.log", names)} seekerName={names.seeker} />
        <Whispers chatId={chat.chatId} count={chat.whispers} observer={null} about={names.seeker} />
      </div>
    </section>
  );
}

interface WordsProps {
  chat: ObservedChat;
  listener: Participant | undefined;
  label: string;
  seekerName: string;
}

function Words({ chat, listener, label, seekerName }: WordsProps) {
  const { messages } = chat.log;
  const stick = useStickToEnd(messages.length, 0);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section class="observed__words" ref={stick.ref} onScroll={stick.scrolled} tabIndex={0} aria-label={label}>
      <div class="log" role="log" aria-label={label}>
        {messages.length === 0 && <p class="note">{t("observed.nothing")}</p>}
        {turnsOf(messages).map((turn) => {
          const isListener = turn.fromId === listener?.person_id;
          const isSeeker = chat.participants.some((one) => one.person_id === turn.fromId && one.role === "seeker");
          const last = turn.messages[turn.messages.length - 1];
          return (
            <div class={isSeeker ? "turn" : "turn turn--mine"} key={turn.key}>
              <p class="turn__who">{isSeeker ? seekerName : isListener ? listener?.name : t("before_you")}</p>
              {turn.messages.map((one) => (
                <p class={`bubble bubble--${isSeeker ? "seeker" : "listener"}`} dir="auto" key={one.message_id}>
                  {one.text}
                </p>
              ))}
              {last && (
                <p class="turn__meta">
                  <time dateTime={new Date(last.sent_at_ms).toISOString()}>{clock(last.sent_at_ms)}</time>
                </p>
              )}
            </div>
          );
        })}
      </div>
    </section>
  );
}

/** Where one is attached and detached. */
export function placeOf(chatId: string): string {
  return `/api/supervise/chats/${encodeURIComponent(chatId)}/observer`;
}
