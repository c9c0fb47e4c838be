import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { Icon, sendIcon } from "../shared/icon";
import { TEXT_MAX } from "../shared/wire";
import { wantsSend } from "../staff/enter";
import { t } from "../staff/words";
import type { Console } from "./console";
import type { Desk } from "./desk";
import { draftOf, keepDraft } from "./drafts";
import { deskFieldId } from "./keys";

/** A message holds so many characters as the server counts them: whole ones, where an emoji is one and not two halves. */
const tooLongBy = (text: string): number => (text.length <= TEXT_MAX ? 0 : [...text].length - TEXT_MAX);

export function Composer({ held, desk }: { held: Console; desk: Desk }) {
  const [text, setText] = useState(() => draftOf(desk.chatId));
  const field = useRef<HTMLTextAreaElement>(null);
  const name = desk.seeker?.name || t("seeker");
  const over = tooLongBy(text.trim());

  const change = (next: string) => {
    setText(next);
    keepDraft(desk.chatId, next);
    held.typed(desk, next.trim() !== "");
  };
  const send = () => {
    const words = text.trim();
    if (words === "" || over > 0) return;
    held.write(desk, words);
    setText("");
    keepDraft(desk.chatId, "");
    field.current?.focus();
  };
  const key = (event: KeyboardEvent) => {
    if (!wantsSend(event)) return;
    event.preventDefault();
    send();
  };
  // the words decide the height
  useLayoutEffect(() => {
    const area = field.current;
    if (!area) return;
    area.style.blockSize = "auto";
    area.style.blockSize = `${area.scrollHeight + 3}px`;
  }, [text]);

  return (
    <form
      class="composer composer--dense"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <div class="field composer__field">
        <label class="visually-hidden" for={deskFieldId(desk.chatId)}>
          {t("desk.write_to", { name })}
        </label>
        <textarea
          ref={field}
          id={deskFieldId(desk.chatId)}
          class="input"
          rows={1}
          dir="auto"
          placeholder={t("desk.write_to", { name })}
          aria-invalid={over > 0 ? true : undefined}
          aria-describedby={over > 0 ? `over-${desk.chatId}` : undefined}
          value={text}
          onInput={(event) => change(event.currentTarget.value)}
          onKeyDown={key}
          onBlur={() => held.typed(desk, false)}
        />
        {over > 0 && (
          <p class="error" id={`over-${desk.chatId}`}>
            {t("desk.too_long", { n: over })}
          </p>
        )}
      </div>
      <button
        class="btn btn--main btn--icon"
        type="submit"
        aria-disabled={text.trim() === "" || over > 0 ? "true" : undefined}
        aria-label={t("desk.send_to", { name })}
      >
        <Icon of={sendIcon} />
      </button>
    </form>
  );
}
