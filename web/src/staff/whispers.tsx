// What a supervisor who reads along and the listener write to each other: the same on both pages. The seeker never sees it.
import { useCallback, useEffect, useId, useRef, useState } from "preact/hooks";
import { call } from "../shared/http";
import { Icon, lockIcon, sendIcon } from "../shared/icon";
import { newId } from "../shared/ids";
import { announce } from "../shared/status";
import { TEXT_MAX } from "../shared/wire";
import { wantsSend } from "./enter";
import { useDoing, useLoaded } from "./loading";
import { clock, problemWords } from "./say";
import { useStickToEnd } from "./stick-to-end";
import { t } from "./words";

interface Whisper {
  whisper_id: string;
  is_mine: boolean;
  at_ms: number;
  text: string;
}

interface Thread {
  whispers: Whisper[];
  /** Who reads an answer now; null: nobody. */
  other_name: string | null;
}

interface Props {
  chatId: string;
  /** How many are kept, as the wire tells: another number means that there is news. */
  count: number;
  /** Who reads along; it changes who may write. */
  observer: string | null;
  /** The seeker's name: several of these may stand on one page. */
  about: string;
}

export function Whispers({ chatId, count, observer, about }: Props) {
  const path = `/api/chats/${encodeURIComponent(chatId)}/whispers`;
  // Another count or another observer means that there is something new.
  const load = useCallback(() => call<Thread>("GET", path), [path, count, observer]);
  const { value, problem, again } = useLoaded(load);
  const id = useId();
  const said = value?.whispers ?? [];
  const name = value?.other_name ?? null;
  const stick = useStickToEnd(said.length, 0);
  useNews(said, name);
  return (
    <section class="whispers private" aria-labelledby={id}>
      <h3 class="whispers__title" id={id}>
        {name === null ? t("whispers.title_past", { about }) : t("whispers.title", { name, about })}
      </h3>
      <p class="row row--tight tiny">
        <Icon of={lockIcon} />
        {t("whispers.hint")}
      </p>
      {said.length > 0 && (
        <section
          class="whispers__said"
          ref={stick.ref}
          onScroll={stick.scrolled}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
          tabIndex={0}
          aria-label={t("whispers.said", { about })}
        >
          {said.map((one) => (
            <div class={one.is_mine ? "turn turn--mine" : "turn"} key={`${one.is_mine} ${one.whisper_id}`}>
              <p class="turn__who">{one.is_mine ? t("you") : name}</p>
              <p class="bubble" dir="auto">
                {one.text}
              </p>
              <p class="turn__meta">
                <time dateTime={new Date(one.at_ms).toISOString()}>{clock(one.at_ms)}</time>
              </p>
            </div>
          ))}
        </section>
      )}
      {problem !== null && (
        <p class="error" role="alert">
          {problemWords(problem)}
        </p>
      )}
      {name !== null && <Writing path={path} name={name} again={again} />}
    </section>
  );
}

/** Says that the other one wrote, for whoever doesn't see it; not of what was there when this was opened. */
function useNews(said: readonly Whisper[], name: string | null): void {
  const known = useRef<number | null>(null);
  const theirs = said.filter((one) => !one.is_mine).length;
  useEffect(() => {
    if (name === null) return;
    if (known.current !== null && theirs > known.current) announce(t("whispers.new", { name }));
    known.current = theirs;
  }, [theirs, name]);
}

function Writing({ path, name, again }: { path: string; name: string; again: () => Promise<void> }) {
  const [text, setText] = useState("");
  const id = useId();
  const doing = useDoing();
  // The same words keep their id, so that a second try after a broken connection is no second whisper.
  const asked = useRef({ id: newId(), text: "" });
  const send = (event: Event) => {
    event.preventDefault();
    const words = text.trim();
    if (words === "") return;
    if (asked.current.text !== words) asked.current = { id: newId(), text: words };
    void doing.run(async () => {
      await call("POST", path, { whisper_id: asked.current.id, text: words });
      asked.current = { id: newId(), text: "" };
      setText("");
      announce(t("whispers.sent"));
      await again();
    });
  };
  return (
    <form class="stack stack--1" onSubmit={send}>
      <div class="whispers__write">
        <label class="visually-hidden" for={id}>
          {t("whispers.write", { name })}
        </label>
        <textarea
          id={id}
          class="input input--dense"
          rows={2}
          dir="auto"
          required
          maxLength={TEXT_MAX}
          placeholder={t("whispers.write", { name })}
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (!wantsSend(event)) return;
            event.preventDefault();
            if (!doing.isDoing) event.currentTarget.form?.requestSubmit();
          }}
        />
        <button
          class="btn btn--icon btn--dense"
          type="submit"
          aria-label={t("whispers.send", { name })}
          disabled={doing.isDoing}
        >
          <Icon of={sendIcon} />
        </button>
      </div>
      {doing.problem !== null && (
        <p class="error" role="alert">
          {problemWords(doing.problem)}
        </p>
      )}
    </form>
  );
}
