import type { OwnMessage } from "../shared/chat-log";
import { downIcon, Icon } from "../shared/icon";
import { clock } from "../staff/say";
import { connectionState } from "../staff/staff-bar";
import { useStickToEnd } from "../staff/stick-to-end";
import { type Turn, turnsOf } from "../staff/turns";
import { t, wordFor, words } from "../staff/words";
import type { Console } from "./console";
import type { Desk } from "./desk";

interface Props {
  held: Console;
  desk: Desk;
  isFront: boolean;
}

export function LogView({ held, desk, isFront }: Props) {
  const { chat } = desk;
  const { messages, ownMessages } = chat.log;
  const name = desk.seeker?.name || t("seeker");
  const total = messages.length + ownMessages.length;
  const stick = useStickToEnd(total, ownMessages.length);
  return (
    <div class="desk__talk">
      <section
        class="desk__log"
        ref={stick.ref}
        onScroll={stick.scrolled}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
        aria-label={t("desk.messages", { name })}
      >
        <div class="log" {...(isFront && { role: "log", "aria-label": t("desk.log", { name }) })}>
          {turnsOf(messages).map((turn) => (
            <TurnView key={turn.key} turn={turn} desk={desk} isMine={turn.fromId === held.myId} name={name} />
          ))}
          {ownMessages.map((own) => (
            <Unanswered key={own.message_id} own={own} held={held} desk={desk} />
          ))}
          {chat.ended && <p class="note">{endedWords(chat.ended, name)}</p>}
        </div>
      </section>
      {stick.missed > 0 && (
        <button class="btn btn--dense desk__new" type="button" onClick={stick.toEnd}>
          <Icon of={downIcon} />
          {t("desk.new", { n: stick.missed })}
        </button>
      )}
    </div>
  );
}

function endedWords(ended: { by: string; reason: string }, name: string): string {
  const byPerson = `ended_by.${ended.by}`;
  const bySystem = `ended_reason.${ended.reason}`;
  if (words.has(byPerson)) return words.say(byPerson, { name });
  return words.has(bySystem) ? words.say(bySystem, { name }) : t("ended_by_system", { name });
}

interface TurnProps {
  turn: Turn;
  desk: Desk;
  isMine: boolean;
  name: string;
}

function TurnView({ turn, desk, isMine, name }: TurnProps) {
  const last = turn.messages[turn.messages.length - 1];
  const writer = desk.chat.participants.find((one) => one.person_id === turn.fromId);
  const isSeeker = turn.fromId === desk.seeker?.person_id;
  const isSeen = isMine && last !== undefined && last.seq <= desk.theirRead;
  return (
    <div class={isMine ? "turn turn--mine" : "turn"}>
      <p class="turn__who">
        {isMine ? (
          <span class="visually-hidden">{t("you")}</span>
        ) : (
          (writer?.name ?? (isSeeker ? name : t("before_you")))
        )}
      </p>
      {turn.messages.map((message) => (
        <p class={`bubble bubble--${isSeeker ? "seeker" : "listener"}`} dir="auto" key={message.message_id}>
          {message.text}
        </p>
      ))}
      {last && (
        <p class="turn__meta">
          <time dateTime={new Date(last.sent_at_ms).toISOString()}>{clock(last.sent_at_ms)}</time>
          {isSeen && <span>{t("desk.seen")}</span>}
        </p>
      )}
    </div>
  );
}

function Unanswered({ own, held, desk }: { own: OwnMessage; held: Console; desk: Desk }) {
  const isRefused = own.state === "refused";
  const isConnected = connectionState.value === "open";
  return (
    <div class="turn turn--mine">
      <p class="turn__who">
        <span class="visually-hidden">{t("you")}</span>
      </p>
      <p class={`bubble ${own.state === "kept" ? "bubble--listener" : "bubble--sending"}`} dir="auto">
        {own.text}
      </p>
      <div class={isRefused ? "turn__meta turn__meta--late" : "turn__meta"}>
        {isRefused ? (
          <>
            <span>{wordFor("refused", own.code ?? "other", "refused.other")}</span>
            <button
              class="btn btn--dense btn--quiet"
              type="button"
              onClick={() => held.chats.tryAgain(desk.chatId, own.message_id)}
            >
              {t("try_again")}
            </button>
          </>
        ) : (
          own.state !== "kept" &&
          t(desk.isLost.value ? "desk.never_sent" : isConnected ? "desk.sending" : "desk.not_sent")
        )}
      </div>
    </div>
  );
}
