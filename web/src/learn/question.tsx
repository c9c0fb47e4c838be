import { useId, useState } from "preact/hooks";
import { Icon } from "../shared/icon";
import { announce } from "../shared/status";
import { t } from "../staff/words";
import { ChatLines } from "./blocks";
import { draftOf, keepDraft } from "./drafts";
import type { Answer, Kind, Question } from "./learning";

const WRITTEN_MAX = 4000;
const upIcon = "M6 14.5l6-6 6 6";
const downIcon = "M6 9.5l6 6 6-6";

interface Props {
  attemptId: string;
  question: Question;
  isSending: boolean;
  answer: (answer: Answer) => void;
}

/** A question that is not answered yet. What is chosen stays on this device until it was sent. */
export function QuestionView({ attemptId, question, isSending, answer }: Props) {
  const id = useId();
  const draft = draftOf(attemptId, question.question_id);
  const known = new Set(question.options.map((one) => one.id));
  const [chosen, setChosen] = useState<string[]>(() => {
    const kept = draft?.chosen.filter((one) => known.has(one)) ?? [];
    return question.kind === "order" && kept.length !== known.size ? [...known] : kept;
  });
  const [text, setText] = useState(draft?.text ?? "");
  const [isMissing, setIsMissing] = useState(false);
  const keep = (nextChosen: string[], nextText: string) => {
    setChosen(nextChosen);
    setText(nextText);
    setIsMissing(false);
    keepDraft(attemptId, question.question_id, { chosen: nextChosen, text: nextText, checked: [] });
  };
  const send = (event: Event) => {
    event.preventDefault();
    const isWritten = question.kind === "write_and_compare";
    if (isWritten ? text.trim() === "" : chosen.length === 0) {
      setIsMissing(true);
      return;
    }
    answer(isWritten ? { text } : { chosen });
  };
  return (
    <form class="stack stack--5" onSubmit={send} noValidate>
      {question.chat.length > 0 && (
        <div class="example">
          <ChatLines lines={question.chat} />
        </div>
      )}
      {question.kind === "write_and_compare" ? (
        <div class="field">
          <label class="label test__prompt" for={id}>
            {question.prompt}
          </label>
          <span class="hint" id={`${id}-hint`}>
            {t("test.write_hint")}
          </span>
          <textarea
            id={id}
            class="input"
            rows={5}
            maxLength={WRITTEN_MAX}
            aria-describedby={isMissing ? `${id}-hint ${id}-missing` : `${id}-hint`}
            aria-invalid={isMissing ? true : undefined}
            value={text}
            onInput={(event) => keep(chosen, event.currentTarget.value)}
          />
        </div>
      ) : (
        <fieldset class="answers" aria-describedby={isMissing ? `${id}-hint ${id}-missing` : `${id}-hint`}>
          <legend class="test__prompt">{question.prompt}</legend>
          <p class="hint" id={`${id}-hint`}>
            {t(hintKey(question.kind))}
          </p>
          {question.kind === "order" ? (
            <Order question={question} order={chosen} change={(next) => keep(next, text)} />
          ) : (
            <Choices question={question} chosen={chosen} change={(next) => keep(next, text)} name={id} />
          )}
        </fieldset>
      )}
      {isMissing && (
        <p class="error" role="alert" id={`${id}-missing`}>
          {t(question.kind === "write_and_compare" ? "test.write_first" : "test.choose_first")}
        </p>
      )}
      <div class="row">
        <button class="btn btn--main" type="submit" aria-disabled={isSending ? true : undefined}>
          {t(isSending ? "test.sending" : "test.answer")}
        </button>
      </div>
    </form>
  );
}

function hintKey(kind: Kind): "test.hint_multiple" | "test.hint_order" | "test.hint_reply" | "test.hint_single" {
  if (kind === "multiple") return "test.hint_multiple";
  if (kind === "order") return "test.hint_order";
  return kind === "best_reply" ? "test.hint_reply" : "test.hint_single";
}

interface ChoicesProps {
  question: Question;
  chosen: string[];
  change: (chosen: string[]) => void;
  name: string;
}

function Choices({ question, chosen, change, name }: ChoicesProps) {
  const isMultiple = question.kind === "multiple";
  const toggle = (id: string, isOn: boolean) => {
    if (!isMultiple) change([id]);
    else change(isOn ? [...chosen, id] : chosen.filter((one) => one !== id));
  };
  return (
    <div class="stack stack--2">
      {question.options.map((option) => (
        <label class="choice answer" key={option.id}>
          <input
            type={isMultiple ? "checkbox" : "radio"}
            name={name}
            checked={chosen.includes(option.id)}
            onChange={(event) => toggle(option.id, event.currentTarget.checked)}
          />
          <span class="answer__text">
            <span class={isMultiple ? "answer__box" : "answer__box answer__box--round"} />
            <span dir="auto">{option.text}</span>
          </span>
        </label>
      ))}
    </div>
  );
}

interface OrderProps {
  question: Question;
  order: string[];
  change: (order: string[]) => void;
}

/** Buttons and no dragging: they work by keyboard, by touch and by voice alike. */
function Order({ question, order, change }: OrderProps) {
  const texts = new Map(question.options.map((one) => [one.id, one.text]));
  const move = (from: number, to: number) => {
    const next = [...order];
    const [moved] = next.splice(from, 1);
    if (moved === undefined) return;
    next.splice(to, 0, moved);
    change(next);
    announce(t("test.moved", { n: to + 1, m: order.length }));
  };
  return (
    <ol class="order stack stack--2">
      {order.map((id, index) => (
        <li class="order__item" key={id}>
          <span class="order__n figures">{index + 1}</span>
          <span dir="auto">{texts.get(id)}</span>
          <span class="order__moves">
            <Move
              icon={upIcon}
              label={t("test.up", { text: texts.get(id) ?? "" })}
              act={() => move(index, index - 1)}
              isOff={index === 0}
            />
            <Move
              icon={downIcon}
              label={t("test.down", { text: texts.get(id) ?? "" })}
              act={() => move(index, index + 1)}
              isOff={index === order.length - 1}
            />
          </span>
        </li>
      ))}
    </ol>
  );
}

function Move({ icon, label, act, isOff }: { icon: string; label: string; act: () => void; isOff: boolean }) {
  return (
    <button
      class="btn btn--icon btn--dense"
      type="button"
      aria-label={label}
      // Not `disabled`: the focus must not fall out of the list when something reaches its end.
      aria-disabled={isOff ? true : undefined}
      onClick={() => {
        if (!isOff) act();
      }}
    >
      <Icon of={icon} />
    </button>
  );
}
