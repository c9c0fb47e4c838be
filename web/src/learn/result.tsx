import type { RefObject } from "preact";
import { checkIcon, clockIcon, downIcon, Icon, nextIcon, warningIcon } from "../shared/icon";
import { now } from "../staff/clock";
import { useDoing, useLoaded } from "../staff/loading";
import { span } from "../staff/say";
import { t } from "../staff/words";
import { WrongBanner } from "../staff/wrong";
import { lessonHash, testHash } from "./addresses";
import { AnsweredView } from "./answered";
import { type Attempt, beginTest, lessonsOf, loadCourses } from "./learning";
import { percent } from "./percent";
import { verdictKey } from "./verdicts";

/** How a test ended, what comes next, and every answer to read again. */
export function Result({ attempt, heading }: { attempt: Attempt; heading: RefObject<HTMLHeadingElement | null> }) {
  const isPassed = attempt.outcome === "passed";
  const isVoid = attempt.outcome === "void";
  return (
    <div class="stack stack--6">
      <section class={isPassed ? "card card--lit stack stack--3" : "card stack stack--3"} aria-labelledby="result">
        <h2 class="test__result" id="result" ref={heading} tabIndex={-1}>
          <Icon of={isPassed ? checkIcon : isVoid ? warningIcon : clockIcon} />
          {t(isPassed ? "test.passed" : isVoid ? "test.void" : "test.not_passed")}
        </h2>
        <p>
          {isVoid
            ? t("test.void_text")
            : t("test.share", { share: percent(attempt.share ?? 0), mark: percent(attempt.pass_mark) })}
        </p>
        {!isPassed && !isVoid && <p>{t("test.not_passed_text")}</p>}
        {isPassed ? <Onward attempt={attempt} /> : <Again attempt={attempt} />}
      </section>
      {attempt.questions.some((one) => one.answer) && (
        <section aria-labelledby="answers">
          <h2 id="answers">{t("test.answers")}</h2>
          {attempt.questions.map(
            (one, index) =>
              one.answer && (
                <details class="fold" key={one.question_id}>
                  <summary>
                    <span>
                      {index + 1}. {one.prompt} <span class="soft small test__said">{t(verdictKey(one.answer))}</span>
                    </span>
                    <Icon of={downIcon} />
                  </summary>
                  <div class="fold__body">
                    <AnsweredView
                      attemptId={attempt.attempt_id}
                      question={one}
                      answered={one.answer}
                      isSending={false}
                      compare={() => {}}
                    />
                  </div>
                </details>
              ),
          )}
        </section>
      )}
    </div>
  );
}

/** The lesson that comes next, by what the service says is not done yet. */
function Onward({ attempt }: { attempt: Attempt }) {
  const { value } = useLoaded(loadCourses);
  const course = value?.find((one) => one.course_id === attempt.course_id);
  const lessons = course ? lessonsOf(course) : [];
  const mine = lessons.find((one) => one.lesson_id === attempt.lesson_id);
  const next = lessons.find((one) => one.lesson_id === course?.next_lesson_id);
  return (
    <>
      {mine && !mine.is_read && <p>{t("test.not_read")}</p>}
      {course && !next && <p>{t("learn.all_done")}</p>}
      <div class="row">
        {next && (
          <a class="btn btn--main" href={lessonHash(attempt.course_id, next.lesson_id)}>
            {t("learn.go_on", { title: next.title })}
            <Icon of={nextIcon} points />
          </a>
        )}
        <a class="btn" href="#courses">
          {t("test.to_courses")}
        </a>
      </div>
    </>
  );
}

function Again({ attempt }: { attempt: Attempt }) {
  const doing = useDoing();
  const waitMs = attempt.may_try_at_ms - now.value;
  const again = () =>
    doing.run(async () => {
      const fresh = await beginTest(attempt.course_id, attempt.lesson_id);
      location.hash = testHash(fresh.attempt_id);
    });
  return (
    <>
      <WrongBanner problem={doing.problem} />
      {waitMs > 0 && <p>{t("test.wait", { span: span(waitMs) })}</p>}
      <div class="row">
        <a class={waitMs > 0 ? "btn btn--main" : "btn"} href={lessonHash(attempt.course_id, attempt.lesson_id)}>
          {t("test.read_again")}
        </a>
        {waitMs <= 0 && (
          <button class="btn btn--main" type="button" onClick={() => void again()}>
            {t("lesson.test_again")}
          </button>
        )}
      </div>
    </>
  );
}
