// For admins: from the invitation to the first chat, how long it takes, and which questions say something.
import { useState } from "preact/hooks";
import { Icon, saveIcon } from "../shared/icon";
import { Frame } from "../staff/frame";
import { useLoaded } from "../staff/loading";
import { t, wordFor } from "../staff/words";
import { lessonHash } from "./addresses";
import { loadNumbers, type QuestionNumbers, type StepNumbers, type TrainingNumbers } from "./numbers";
import { useTitle } from "./title";

/** A bank has hundreds of questions; those with a remark stand first. */
const FIRST = 20;

export function NumbersPage() {
  const loaded = useLoaded(loadNumbers);
  useTitle(t("numbers.title"));
  return (
    <div class="stack stack--8">
      <div class="stack stack--2">
        <h1 class="learn__title">{t("numbers.title")}</h1>
        <p class="lede">{t("numbers.lede")}</p>
      </div>
      <Frame loaded={loaded}>
        {(value) => (
          <>
            <p class="small soft">{t("numbers.fewest", { n: value.fewest })}</p>
            <Steps value={value} />
            <div class="practised__two">
              <Competence value={value} />
              <Feedback value={value} />
            </div>
            <Questions value={value} />
          </>
        )}
      </Frame>
    </div>
  );
}

const hidden = () => <span class="soft">{t("numbers.few")}</span>;
const count = (n: number | null) => n ?? hidden();

function Steps({ value }: { value: TrainingNumbers }) {
  const most = value.steps[0]?.reached ?? null;
  return (
    <section class="panel" aria-labelledby="steps">
      <table class="table table--stack">
        <caption id="steps">{t("numbers.steps")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("numbers.step")}</th>
            <th scope="col" class="num">
              {t("numbers.reached")}
            </th>
            <th scope="col">
              <span class="visually-hidden">{t("numbers.bar")}</span>
            </th>
            <th scope="col" class="num">
              {t("numbers.waits")}
            </th>
            <th scope="col" class="num">
              {t("numbers.stopped")}
            </th>
            <th scope="col" class="num">
              {t("numbers.days")}
            </th>
          </tr>
        </thead>
        <tbody>
          {value.steps.map((one) => (
            <StepRow key={one.step} one={one} most={most} isLast={one.step === "chatted"} />
          ))}
        </tbody>
      </table>
      <p class="small soft panel__note">{t("numbers.steps_hint", { n: value.quiet_days })}</p>
      <CsvLink name="steps" />
    </section>
  );
}

function StepRow({ one, most, isLast }: { one: StepNumbers; most: number | null; isLast: boolean }) {
  return (
    <tr>
      <th scope="row">{wordFor("number_step", one.step, "unknown_code")}</th>
      <td class="num" data-label={t("numbers.reached")}>
        {count(one.reached)}
      </td>
      <td class="numbers__bar" aria-hidden="true">
        {one.reached !== null && most !== null && most > 0 && <meter min={0} max={most} value={one.reached} />}
      </td>
      <td class="num" data-label={t("numbers.waits")}>
        {isLast ? null : count(one.waits)}
      </td>
      <td class="num" data-label={t("numbers.stopped")}>
        {isLast ? null : count(one.stopped)}
      </td>
      <td class="num" data-label={t("numbers.days")}>
        {one.step === "invited"
          ? null
          : one.days_median === null || one.days_low === null || one.days_high === null
            ? hidden()
            : t("numbers.spread", { n: one.days_median, low: one.days_low, high: one.days_high })}
      </td>
    </tr>
  );
}

function Competence({ value: { competence } }: { value: TrainingNumbers }) {
  return (
    <section class="card stack stack--2" aria-labelledby="competence">
      <h2 id="competence">{t("numbers.competence")}</h2>
      {competence.median_days === null ? (
        <p>{t("numbers.no_median")}</p>
      ) : (
        <p class="numbers__loud">{t("numbers.median_days", { n: competence.median_days })}</p>
      )}
      {competence.people !== null && competence.cleared !== null && (
        <p class="small soft">{t("numbers.of_people", { n: competence.cleared, m: competence.people })}</p>
      )}
      <p class="small soft">{t("numbers.competence_hint")}</p>
    </section>
  );
}

function Feedback({ value: { feedback } }: { value: TrainingNumbers }) {
  return (
    <section class="card stack stack--2" aria-labelledby="feedback">
      <h2 id="feedback">{t("numbers.feedback")}</h2>
      {feedback.rho === null || feedback.low === null || feedback.high === null ? (
        <p>{t("numbers.feedback_few", { n: feedback.few_people })}</p>
      ) : (
        <p>
          <span class="numbers__loud figures">{feedback.rho.toFixed(2)}</span>{" "}
          <span class="small soft">
            {t("numbers.feedback_interval", {
              low: feedback.low.toFixed(2),
              high: feedback.high.toFixed(2),
              n: feedback.people ?? 0,
            })}
          </span>
        </p>
      )}
      <p class="small soft">{t("numbers.feedback_hint")}</p>
    </section>
  );
}

function Questions({ value }: { value: TrainingNumbers }) {
  const [isAll, setIsAll] = useState(false);
  const { questions } = value;
  return (
    <section class="panel" aria-labelledby="questions">
      <table class="table table--stack">
        <caption id="questions">{t("numbers.questions")}</caption>
        {questions.length > 0 && (
          <>
            <thead>
              <tr>
                <th scope="col">{t("numbers.question")}</th>
                <th scope="col" class="num">
                  {t("numbers.answers")}
                </th>
                <th scope="col" class="num">
                  {t("numbers.difficulty")}
                </th>
                <th scope="col" class="num">
                  {t("numbers.discrimination")}
                </th>
                <th scope="col">{t("numbers.remarks")}</th>
              </tr>
            </thead>
            <tbody>
              {(isAll ? questions : questions.slice(0, FIRST)).map((one) => (
                <QuestionRow key={`${one.course_id}/${one.lesson_id}/${one.question_id}`} one={one} />
              ))}
            </tbody>
          </>
        )}
      </table>
      {questions.length === 0 && <p class="small soft panel__note">{t("numbers.no_answers")}</p>}
      {!isAll && questions.length > FIRST && (
        <p class="panel__note">
          <button class="btn btn--dense" type="button" onClick={() => setIsAll(true)}>
            {t("numbers.all_questions", { n: questions.length })}
          </button>
        </p>
      )}
      <p class="small soft panel__note">{t("numbers.questions_hint", { n: value.few_answers })}</p>
      <CsvLink name="questions" />
    </section>
  );
}

function QuestionRow({ one }: { one: QuestionNumbers }) {
  return (
    <tr>
      <th scope="row">
        {one.prompt}
        <br />
        <a class="small" href={lessonHash(one.course_id, one.lesson_id)}>
          {one.lesson_title}
        </a>
      </th>
      <td class="num" data-label={t("numbers.answers")}>
        {count(one.answers)}
      </td>
      <td class="num" data-label={t("numbers.difficulty")}>
        {one.difficulty === null ? hidden() : one.difficulty.toFixed(2)}
      </td>
      <td class="num" data-label={t("numbers.discrimination")}>
        {one.discrimination === null ? hidden() : one.discrimination.toFixed(2)}
      </td>
      <td data-label={t("numbers.remarks")}>
        {one.remarks.map((remark) => (
          <span class="chip chip--caution" key={remark}>
            {wordFor("number_remark", remark, "unknown_code")}
          </span>
        ))}
      </td>
    </tr>
  );
}

function CsvLink({ name }: { name: "steps" | "questions" }) {
  return (
    <p class="panel__note">
      <a class="btn btn--dense" href={`/api/learning/numbers/${name}.csv`} download>
        <Icon of={saveIcon} />
        CSV
      </a>
    </p>
  );
}
