import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { clockIcon, Icon } from "../shared/icon";
import { clockTime } from "../shared/times";
import { addToDraft } from "./draft";
import { chats } from "./link";
import { chatTick, isCaughtUp, notes } from "./state";
import { companion, currentChat, listenerOf, markRead, nameOf } from "./talking";
import { type Bubble, entriesOf, type Turn } from "./turns";
import { type Key, say, words } from "./words";

/** So near to the end counts as reading along. */
const AT_END_PX = 60;

function Own({ bubble }: { bubble: Bubble }) {
  const chat = currentChat();
  if (bubble.own === "refused" && chat !== null) {
    const key = `refused.${bubble.code}`;
    return (
      <p class="turn__meta turn__meta--late">
        {say("chat.not_sent")} {say(words.has(key) ? (key as Key) : "refused.other")}
        <button
          class="btn btn--quiet turn__act"
          type="button"
          onClick={() => chats.tryAgain(chat.log.chatId, bubble.id)}
        >
          {say("chat.try_again")}
        </button>
        <button
          class="btn btn--quiet turn__act"
          type="button"
          onClick={() => {
            const text = chats.takeBack(chat.log.chatId, bubble.id);
            if (text) addToDraft(text);
          }}
        >
          {say("chat.change")}
        </button>
      </p>
    );
  }
  return (
    <p class="turn__meta turn__meta--late">
      <Icon of={clockIcon} /> {say("chat.sending")}
    </p>
  );
}

function TurnView({ of, name }: { of: Turn; name: string }) {
  const last = of.bubbles[of.bubbles.length - 1];
  const isOnItsWay = last?.own === "waiting" || last?.own === "asked" || last?.own === "refused";
  return (
    <div class={of.isMine ? "turn turn--mine" : "turn"}>
      <p class="turn__who">{of.isMine ? <span class="visually-hidden">{say("you")}</span> : name}</p>
      {of.bubbles.map((bubble) => {
        const isSending = bubble.own !== undefined && bubble.own !== "kept";
        const kind = isSending ? "bubble--sending" : of.isMine ? "bubble--seeker" : "bubble--listener";
        return (
          <p key={bubble.id} class={`bubble ${kind}`} dir="auto">
            {bubble.text}
          </p>
        );
      })}
      {isOnItsWay && last !== undefined ? (
        <Own bubble={last} />
      ) : (
        <p class="turn__meta">
          <time dateTime={new Date(of.atMs).toISOString()}>{clockTime(of.atMs, words.regional)}</time>
          {of.isSeen && <span>{say("chat.seen")}</span>}
        </p>
      )}
    </div>
  );
}

/** New ones are added at the end and nothing else moves, so that a screen reader reads only what is new. */
function Log() {
  const chat = currentChat();
  if (chat === null) return null;
  const listener = listenerOf(chat);
  const readSeq = listener === null ? 0 : (chat.read[listener.person_id] ?? 0);
  const { messages, ownMessages } = chat.log;
  return (
    <div
      class="log"
      role="log"
      aria-label={say("chat.with", { name: companion.value?.name ?? "" })}
      aria-live={isCaughtUp.value ? "polite" : "off"}
      aria-relevant="additions"
    >
      {entriesOf(messages, ownMessages, notes.value, chats.myId, readSeq).map((entry) =>
        entry.kind === "note" ? (
          <p key={entry.key} class="note">
            {entry.text}
          </p>
        ) : (
          <TurnView key={entry.key} of={entry} name={nameOf(entry.fromId)} />
        ),
      )}
    </div>
  );
}

/** The messages, held at their end unless the person has scrolled up to read. */
export function ChatLogView() {
  const box = useRef<HTMLElement>(null);
  const isAtEnd = useRef(true);
  const [seenSeq, setSeenSeq] = useState(0);
  const told = useRef(0);
  const chat = currentChat();
  const position = chat?.log.position ?? 0;
  const ownCount = chat?.log.ownMessages.length ?? 0;

  const toEnd = () => {
    if (box.current !== null && isAtEnd.current) box.current.scrollTop = box.current.scrollHeight;
  };
  const seeAll = () => {
    if (!isAtEnd.current || document.visibilityState !== "visible") return;
    setSeenSeq(position);
    // What was missed is read before the connection may say so: then once it is open.
    if (position !== told.current && markRead(position)) told.current = position;
  };

  useLayoutEffect(() => {
    toEnd();
    seeAll();
  }, [position, ownCount, notes.value.length, isCaughtUp.value]);

  useEffect(() => {
    document.addEventListener("visibilitychange", seeAll);
    return () => document.removeEventListener("visibilitychange", seeAll);
  });

  useEffect(() => {
    if (box.current === null || typeof ResizeObserver === "undefined") return;
    const watch = new ResizeObserver(toEnd); // a keyboard that opens must not hide the last words
    watch.observe(box.current);
    return () => watch.disconnect();
  }, []);

  // Drawn again only when the chat changed: not with every letter that is typed below it.
  const log = useMemo(() => <Log />, [chatTick.value, isCaughtUp.value, notes.value]);
  const unseen = chat?.log.messages.filter((one) => one.seq > seenSeq && one.from_id !== chats.myId).length ?? 0;

  return (
    <div class="chat__scroll">
      <section
        class="chat__log"
        ref={box}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (WCAG 2.1.1)
        tabIndex={0}
        aria-label={say("chat.messages")}
        onScroll={(event) => {
          const shown = event.currentTarget;
          isAtEnd.current = shown.scrollHeight - shown.scrollTop - shown.clientHeight < AT_END_PX;
          seeAll();
        }}
      >
        {log}
      </section>
      {unseen > 0 && !isAtEnd.current && (
        <button
          class="btn btn--main btn--dense chat__new"
          type="button"
          onClick={() => {
            isAtEnd.current = true;
            toEnd();
            seeAll();
          }}
        >
          {say("chat.new", { n: unseen })}
        </button>
      )}
    </div>
  );
}
