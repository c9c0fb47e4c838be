import { useEffect, useRef, useState } from "preact/hooks";
import { warningIcon } from "../shared/icon";
import { now } from "../staff/clock";
import { Banner, Field } from "../staff/field";
import { useDoing } from "../staff/loading";
import { stopwatch } from "../staff/spans";
import { t } from "../staff/words";
import type { Console } from "./console";
import type { Desk } from "./desk";
import { keepNote, noteOf } from "./drafts";
import { wrapUpLeft } from "./offer-clock";

/** A note that stands when the time runs out is sent just before, so that it isn't lost. */
const SAVE_BEFORE_S = 2;
const NOTE_MAX = 4000;
/** The dialog in which the chat was ended closes first. */
const FOCUS_AFTER_MS = 120;

export function WrapUp({ held, desk }: { held: Console; desk: Desk }) {
  const until = desk.chat.wrapUpUntilMs;
  if (until === null) {
    return (
      <div class="wrap-up">
        <button class="btn btn--main btn--wide btn--dense" type="button" onClick={() => held.close(desk)}>
          {t("desk.put_away")}
        </button>
      </div>
    );
  }
  return <WrapUpForm held={held} desk={desk} untilMs={until} />;
}

function WrapUpForm({ held, desk, untilMs }: { held: Console; desk: Desk; untilMs: number }) {
  const [note, setNote] = useState(() => noteOf(desk.chatId));
  const doing = useDoing();
  const isSaved = useRef(false);
  const left = wrapUpLeft(untilMs, now.value);

  const heading = useRef<HTMLHeadingElement>(null);

  const finish = () => doing.run(() => held.finishWrapUp(desk, note));
  // Whoever ended this chat, or was writing in it, goes on here; whoever is in another chat is left alone.
  useEffect(() => {
    const later = setTimeout(() => {
      const active = document.activeElement;
      const isHere = !active || active === document.body || heading.current?.closest(".desk")?.contains(active);
      if (isHere && !document.querySelector("dialog[open]")) heading.current?.focus();
    }, FOCUS_AFTER_MS);
    return () => clearTimeout(later);
  }, []);
  // only the clock decides, once
  useEffect(() => {
    if (left > SAVE_BEFORE_S || isSaved.current) return;
    isSaved.current = true;
    if (note.trim() !== "") void finish();
    else if (left === 0) held.close(desk);
    else isSaved.current = false;
  }, [left]);

  return (
    <form
      class="wrap-up stack stack--3"
      onSubmit={(event) => {
        event.preventDefault();
        void finish().then((isDone) => isDone && document.getElementById("main")?.focus());
      }}
    >
      <div class="row row--spread">
        <h3 class="small" ref={heading} tabIndex={-1}>
          {t("wrap_up.title")}
        </h3>
        <span class="tiny soft figures">{t("wrap_up.left", { clock: stopwatch(left * 1000) })}</span>
      </div>
      {doing.problem !== null && (
        <Banner kind="caution" icon={warningIcon} isAlert>
          {t("wrap_up.not_saved")}
        </Banner>
      )}
      <Field label={t("wrap_up.note")} soft={t(held.isPractice ? "wrap_up.note_soft" : "wrap_up.note_read")}>
        {(joined) => (
          <textarea
            {...joined}
            class="input input--dense wrap-up__note"
            rows={2}
            maxLength={NOTE_MAX}
            value={note}
            onInput={(event) => {
              setNote(event.currentTarget.value);
              keepNote(desk.chatId, event.currentTarget.value);
            }}
          />
        )}
      </Field>
      <button
        class="btn btn--main btn--wide btn--dense"
        type="submit"
        aria-disabled={doing.isDoing ? "true" : undefined}
      >
        {t("wrap_up.done")}
      </button>
      <p class="tiny soft">{t("wrap_up.hint")}</p>
    </form>
  );
}
