import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { backIcon, Icon, nextIcon, offlineIcon, warningIcon } from "../shared/icon";
import { announce } from "../shared/status";
import { Banner } from "../staff/field";
import { useLoaded } from "../staff/loading";
import { problemWords } from "../staff/say";
import { t } from "../staff/words";
import { lessonHash } from "./addresses";
import { AnsweredView } from "./answered";
import { dropDrafts } from "./drafts";
import { type Answer, type Attempt, loadAttempt, type Question, sendAnswer, sendComparison } from "./learning";
import { QuestionView } from "./question";
import { Result } from "./result";
import { useSending } from "./sending";
import { useTitle } from "./title";
import { isOver, verdictKey } from "./verdicts";

export function TestPage({ attemptId }: { attemptId: string }) {
  const load = useCallback(() => loadAttempt(attemptId), [attemptId]);
  const { value, problem, again } = useLoaded(load);
  useTitle(value ? t("test.title", { title: value.lesson_title }) : undefined);
  if (problem !== null && !value) {
    return (
      <Banner kind="caution" icon={warningIcon} isAlert>
        <p>{problemWords(problem)}</p>
        <div class="row">
          <button class="btn btn--dense" type="button" onClick={() => void again()}>
            {t("try_again")}
          </button>
          <a class="btn btn--dense" href="#courses">
            {t("test.to_courses")}
          </a>
        </div>
      </Banner>
    );
  }
  if (!value) return <p class="soft">{t("loading")}</p>;
  return <Test loaded={value} reload={again} />;
}

function Test({ loaded, reload }: { loaded: Attempt; reload: () => Promise<void> }) {
  const [attempt, setAttempt] = useState(loaded);
  const [isResult, setIsResult] = useState(loaded.outcome !== null);
  const [at, setAt] = useState(() => firstOpen(loaded.questions));
  const heading = useRef<HTMLHeadingElement>(null);
  const verdict = useRef<HTMLHeadingElement>(null);
  const sending = useSending();
  const question = attempt.questions[at];
  const isFirst = useRef(true);

  // A new question begins at its heading. Not the first one: the page itself has just taken the focus.
  useEffect(() => {
    if (isFirst.current) isFirst.current = false;
    else heading.current?.focus();
  }, [at, isResult]);

  const took = (next: Attempt, questionId: string) => {
    setAttempt(next);
    dropDrafts(next.attempt_id, questionId);
    if (next.outcome !== null) dropDrafts(next.attempt_id);
    if (next.outcome === "void") {
      setIsResult(true);
      return;
    }
    const judged = next.questions.find((one) => one.question_id === questionId)?.answer;
    if (judged) announce(t(verdictKey(judged)));
    setTimeout(() => verdict.current?.focus(), 0);
  };
  const answer = (given: Answer) => {
    if (!question) return;
    const id = question.question_id;
    void sending.run(
      () => sendAnswer(attempt.attempt_id, id, given),
      (next) => took(next, id),
    );
  };
  const compare = (checked: string[]) => {
    if (!question) return;
    const id = question.question_id;
    void sending.run(
      () => sendComparison(attempt.attempt_id, id, checked),
      (next) => {
        took(next, id);
      },
    );
  };
  const goOn = () => {
    const next = attempt.questions.findIndex((one, index) => index > at && !isOver(one));
    const open = next >= 0 ? next : attempt.questions.findIndex((one) => !isOver(one));
    if (open < 0 || attempt.outcome !== null) setIsResult(true);
    else setAt(open);
  };

  const done = attempt.questions.filter(isOver).length;
  const total = attempt.questions.length;
  return (
    <div class="test stack stack--5" lang={attempt.language}>
      <p class="small">
        <a class="test__back" href={lessonHash(attempt.course_id, attempt.lesson_id)}>
          <Icon of={backIcon} points />
          {t("test.back", { title: attempt.lesson_title })}
        </a>
      </p>
      <h1 class="voice learn__title">{t("test.title", { title: attempt.lesson_title })}</h1>
      {isResult ? (
        <Result attempt={attempt} heading={heading} />
      ) : (
        question && (
          <>
            <div class="stack stack--2">
              <h2 class="test__n" ref={heading} tabIndex={-1}>
                {t("test.n_of_m", { n: at + 1, m: total })}
              </h2>
              <div
                class="progress"
                role="progressbar"
                aria-valuemin={0}
                aria-valuemax={total}
                aria-valuenow={done}
                aria-label={t("test.done", { n: done, m: total })}
                style={{ "--done": `${(100 * done) / Math.max(1, total)}%` }}
              >
                <i />
              </div>
            </div>
            {sending.problem !== null && (
              <Banner kind="caution" icon={sending.isWaiting ? offlineIcon : warningIcon} isAlert>
                {sending.isWaiting ? t("test.not_sent") : problemWords(sending.problem)}
                {!sending.isWaiting && (
                  <button class="btn btn--dense" type="button" onClick={() => void reload()}>
                    {t("test.reload")}
                  </button>
                )}
              </Banner>
            )}
            {question.answer === null ? (
              <QuestionView
                key={question.question_id}
                attemptId={attempt.attempt_id}
                question={question}
                isSending={sending.isSending}
                answer={answer}
              />
            ) : (
              <>
                <AnsweredView
                  key={question.question_id}
                  attemptId={attempt.attempt_id}
                  question={question}
                  answered={question.answer}
                  heading={verdict}
                  isSending={sending.isSending}
                  compare={compare}
                />
                {isOver(question) && (
                  <button class="btn btn--main test__next" type="button" onClick={goOn}>
                    {t(attempt.outcome === null ? "test.next" : "test.see_result")}
                    <Icon of={nextIcon} points />
                  </button>
                )}
              </>
            )}
          </>
        )
      )}
    </div>
  );
}

/** The first that is still to do; the first of all when none is. */
const firstOpen = (questions: Question[]): number =>
  Math.max(
    0,
    questions.findIndex((one) => !isOver(one)),
  );
