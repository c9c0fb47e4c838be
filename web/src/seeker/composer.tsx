import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { Icon, sendIcon } from "../shared/icon";
import { TEXT_MAX } from "../shared/wire";
import { draft, setDraft } from "./draft";
import { sendWords, setTyping } from "./talking";
import { say } from "./words";

/** Told again while one goes on writing, and taken back after a rest. */
const TELL_TYPING_EVERY_MS = 4_000;
const REST_MS = 5_000;

/** Says to the other that one is writing: at most every few seconds, and when it stops. */
function useTyping(): { moved: () => void; stopped: () => void } {
  const told = useRef(0);
  const rest = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const stopped = () => {
    clearTimeout(rest.current);
    if (told.current > 0) setTyping(false);
    told.current = 0;
  };
  const moved = () => {
    clearTimeout(rest.current);
    rest.current = setTimeout(stopped, REST_MS);
    if (Date.now() - told.current < TELL_TYPING_EVERY_MS) return;
    told.current = Date.now();
    setTyping(true);
  };
  useEffect(() => stopped, []);
  return { moved, stopped };
}

const isTouch = (): boolean => matchMedia("(pointer: coarse)").matches;

interface Props {
  /** Whom one writes to; empty while nobody is there. */
  name: string;
}

export function Composer({ name }: Props) {
  const field = useRef<HTMLTextAreaElement>(null);
  const typing = useTyping();
  // Counted as the server does: characters, not the halves of which some consist.
  const over = draft.value.length > TEXT_MAX ? [...draft.value].length - TEXT_MAX : 0;

  useLayoutEffect(() => {
    const shown = field.current;
    if (shown === null) return;
    shown.style.height = "auto";
    shown.style.height = `${shown.scrollHeight + 3}px`;
  }, [draft.value]);

  const send = () => {
    const text = draft.value.trim();
    if (text === "" || over > 0) return;
    sendWords(text);
    setDraft("");
    typing.stopped();
    field.current?.focus();
  };
  const label = name === "" ? say("chat.write_nobody") : say("chat.write", { name });

  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <div class="composer__field">
        <label class="visually-hidden" for="write">
          {label}
        </label>
        <textarea
          class="input"
          id="write"
          ref={field}
          rows={1}
          dir="auto"
          placeholder={label}
          value={draft.value}
          aria-invalid={over > 0}
          aria-describedby="write-error"
          onInput={(event) => {
            setDraft(event.currentTarget.value);
            if (draft.value === "") typing.stopped();
            else typing.moved();
          }}
          onBlur={typing.stopped}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || event.shiftKey || event.isComposing || isTouch()) return;
            event.preventDefault();
            send();
          }}
        />
        <div id="write-error">
          {over > 0 && (
            <p class="error">
              {say("chat.too_long", { n: over })} {say("chat.too_long_more")}
            </p>
          )}
        </div>
      </div>
      <button class="btn btn--main btn--icon" type="submit" aria-label={say("chat.send")}>
        <Icon of={sendIcon} />
      </button>
    </form>
  );
}
