import type { RefObject } from "preact";
import { useId, useState } from "preact/hooks";
import { checkIcon, closeIcon, Icon } from "../shared/icon";
import { t } from "../staff/words";
import { ChatLines } from "./blocks";
import { draftOf, keepDraft } from "./drafts";
import type { Answered, Question } from "./learning";
import { verdictKey } from "./verdicts";

interface Props {
  attemptId: string;
  question: Question;
  answered: Answered;
  heading?: RefObject<HTMLHeadingElement | null>;
  isSending: boolean;
  compare: (checked: string[]) => void;
}

/** A question with what was answered, what would have been right, and why. */
export function AnsweredView({ attemptId, question, answered, heading, isSending, compare }: Props) {
  const key = verdictKey(answered);
  return (
    <div class="stack stack--4">
      {question.chat.length > 0 && (
        <div class="example">
          <ChatLines lines={question.chat} />
        </div>
      )}
      <p class="test__prompt">{question.prompt}</p>
      <h3 class={`test__verdict test__verdict--${key.replace("test.", "")}`} ref={heading} tabIndex={-1}>
        {t(key)}
      </h3>
      {question.kind === "write_and_compare" ? (
        <Written
          attemptId={attemptId}
          question={question}
          answered={answered}
          isSending={isSending}
          compare={compare}
        />
      ) : question.kind === "order" ? (
        <Ordered question={question} answered={answered} />
      ) : (
        <Judged question={question} answered={answered} />
      )}
      {answered.explanation && question.kind !== "write_and_compare" && <p class="test__why">{answered.explanation}</p>}
    </div>
  );
}

function Judged({ question, answered }: { question: Question; answered: Answered }) {
  const judged = new Map(answered.options.map((one) => [one.id, one]));
  return (
    <ul class="stack stack--2">
      {question.options.map((option) => {
        const isChosen = answered.chosen.includes(option.id);
        const isRight = answered.right.includes(option.id);
        return (
          <li class={`judged ${isRight ? "judged--right" : ""} ${isChosen ? "judged--chosen" : ""}`} key={option.id}>
            <Icon of={isRight ? checkIcon : closeIcon} />
            <div class="stack stack--1">
              <p dir="auto">
                <span class="visually-hidden">{t(isRight ? "test.this_is_right" : "test.this_is_not")} </span>
                {option.text}
              </p>
              {isChosen && <p class="tiny judged__yours">{t("test.yours")}</p>}
              <p class="small soft">{judged.get(option.id)?.feedback}</p>
            </div>
          </li>
        );
      })}
    </ul>
  );
}

function Ordered({ question, answered }: { question: Question; answered: Answered }) {
  const texts = new Map(question.options.map((one) => [one.id, one.text]));
  const judged = new Map(answered.options.map((one) => [one.id, one]));
  return (
    <ol class="stack stack--2">
      {answered.right.map((id, index) => {
        const mine = answered.chosen.indexOf(id) + 1;
        const isRight = mine === index + 1;
        return (
          <li class={`judged ${isRight ? "judged--right" : ""}`} key={id}>
            <span class="order__n figures">{index + 1}</span>
            <div class="stack stack--1">
              <p dir="auto">{texts.get(id)}</p>
              <p class="tiny judged__yours">{isRight ? t("test.place_right") : t("test.place_was", { n: mine })}</p>
              <p class="small soft">{judged.get(id)?.feedback}</p>
            </div>
          </li>
        );
      })}
    </ol>
  );
}

interface WrittenProps {
  attemptId: string;
  question: Question;
  answered: Answered;
  isSending: boolean;
  compare: (checked: string[]) => void;
}

/** One's own words beside a model; what one finds in them is kept and counts for nothing, so that it can be honest. */
function Written({ attemptId, question, answered, isSending, compare }: WrittenProps) {
  const id = useId();
  const [ticked, setTicked] = useState<string[]>(() => draftOf(attemptId, question.question_id)?.checked ?? []);
  const isCompared = answered.checked !== null;
  const checked = answered.checked ?? ticked;
  const toggle = (one: string) => {
    const next = ticked.includes(one) ? ticked.filter((other) => other !== one) : [...ticked, one];
    setTicked(next);
    keepDraft(attemptId, question.question_id, { chosen: [], text: "", checked: next });
  };
  return (
    <div class="stack stack--4">
      <div class="stack stack--2">
        <h4>{t("test.your_words")}</h4>
        <p class="bubble bubble--listener written" dir="auto">
          {answered.text}
        </p>
      </div>
      <div class="stack stack--2">
        <h4>{t("test.model", { n: answered.model.length })}</h4>
        {answered.model.map((one) => (
          <p class="bubble bubble--model" dir="auto" key={one}>
            {one}
          </p>
        ))}
      </div>
      {answered.explanation && <p class="test__why">{answered.explanation}</p>}
      <fieldset class="stack stack--2" aria-describedby={`${id}-hint`}>
        <legend class="test__legend">{t("test.checklist")}</legend>
        <p class="hint" id={`${id}-hint`}>
          {t(isCompared ? "test.checklist_kept" : "test.checklist_hint")}
        </p>
        {answered.checklist.map((one) => (
          <label class="tick" key={one.id}>
            <input
              type="checkbox"
              checked={checked.includes(one.id)}
              disabled={isCompared}
              onChange={() => toggle(one.id)}
            />
            <span>{one.text}</span>
          </label>
        ))}
      </fieldset>
      {!isCompared && (
        <button
          class="btn btn--main"
          type="button"
          aria-disabled={isSending ? true : undefined}
          onClick={() => compare(ticked.filter((one) => answered.checklist.some((check) => check.id === one)))}
        >
          {t(isSending ? "test.sending" : "test.compare")}
        </button>
      )}
    </div>
  );
}
