import { useCallback } from "preact/hooks";
import { backIcon, checkIcon, Icon } from "../shared/icon";
import { useLoaded } from "../staff/loading";
import { day, dayAndClock } from "../staff/say";
import { t } from "../staff/words";
import { WrongBanner } from "../staff/wrong";
import { PersonCertificates } from "./certificate-person";
import { type AttemptLine, type Course, type LessonLine, lessonsOf, loadPerson, type PersonLearning } from "./learning";
import { percent } from "./percent";
import { useTitle } from "./title";

/** One person's learning, for supervisors: how far, how often, how well. What they wrote is not shown. */
export function PersonPage({ personId }: { personId: string }) {
  const load = useCallback(() => loadPerson(personId), [personId]);
  const { value, problem } = useLoaded(load);
  useTitle(value?.person.display_name);
  return (
    <div class="stack stack--5">
      <a class="btn btn--dense btn--quiet btn--plain back" href="#people">
        <Icon of={backIcon} points />
        {t("people_learning.back")}
      </a>
      <WrongBanner problem={problem} />
      {!value && problem === null && <p class="soft">{t("loading")}</p>}
      {value && <Record learning={value} />}
      {value && <PersonCertificates personId={personId} />}
    </div>
  );
}

function Record({ learning }: { learning: PersonLearning }) {
  const { person } = learning;
  return (
    <>
      <div class="stack stack--2">
        <h1 class="learn__title">{person.display_name}</h1>
        <p class="soft">{enrolledWords(learning)}</p>
      </div>
      {learning.courses.map((course) => (
        <section class="panel" key={course.course_id} aria-labelledby={`course-${course.course_id}`}>
          <table class="table table--stack">
            <caption id={`course-${course.course_id}`}>{course.title}</caption>
            <thead>
              <tr>
                <th scope="col">{t("people_learning.lesson")}</th>
                <th scope="col">{t("people_learning.reading")}</th>
                <th scope="col">{t("people_learning.test")}</th>
                <th scope="col" class="num">
                  {t("people_learning.tries")}
                </th>
                <th scope="col" class="num">
                  {t("people_learning.best")}
                </th>
              </tr>
            </thead>
            <tbody>
              {lessonsOf(course).map((lesson) => (
                <Row key={lesson.lesson_id} lesson={lesson} />
              ))}
            </tbody>
          </table>
        </section>
      ))}
      <Attempts attempts={learning.attempts} courses={learning.courses} />
    </>
  );
}

function enrolledWords({ person }: PersonLearning): string {
  if (person.enrolled_at_ms === null) return t("people_learning.not_begun_long");
  const since = day(person.enrolled_at_ms);
  return person.enrolled_by_name
    ? t("people_learning.enrolled_by", { day: since, name: person.enrolled_by_name })
    : t("people_learning.enrolled", { day: since });
}

function Row({ lesson }: { lesson: LessonLine }) {
  return (
    <tr>
      <th scope="row">{lesson.title}</th>
      <td data-label={t("people_learning.reading")}>
        {lesson.is_read ? <Done words={t("learn.read_chip")} /> : lesson.section === null ? null : t("learn.begun")}
      </td>
      <td data-label={t("people_learning.test")}>
        {lesson.is_passed ? (
          <Done words={t("test.passed")} />
        ) : lesson.open_attempt_id ? (
          t("people_learning.open")
        ) : lesson.tries > 0 ? (
          t("test.not_passed")
        ) : null}
      </td>
      <td class="num" data-label={t("people_learning.tries")}>
        {lesson.tries || null}
      </td>
      <td class="num" data-label={t("people_learning.best")}>
        {lesson.best_share === null ? null : percent(lesson.best_share)}
      </td>
    </tr>
  );
}

function Done({ words }: { words: string }) {
  return (
    <span class="chip chip--calm">
      <Icon of={checkIcon} />
      {words}
    </span>
  );
}

function Attempts({ attempts, courses }: { attempts: AttemptLine[]; courses: Course[] }) {
  if (attempts.length === 0) return null;
  const titles = new Map(courses.flatMap((course) => lessonsOf(course).map((one) => [one.lesson_id, one.title])));
  return (
    <section class="panel">
      <table class="table table--stack">
        <caption>{t("people_learning.attempts")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("people_learning.lesson")}</th>
            <th scope="col">{t("people_learning.begun")}</th>
            <th scope="col">{t("people_learning.outcome")}</th>
            <th scope="col" class="num">
              {t("people_learning.share")}
            </th>
          </tr>
        </thead>
        <tbody>
          {attempts.map((one) => (
            <tr key={`${one.course_id}/${one.lesson_id}/${one.number}`}>
              <th scope="row">{titles.get(one.lesson_id) ?? one.lesson_id}</th>
              <td data-label={t("people_learning.begun")}>{dayAndClock(one.begun_at_ms)}</td>
              <td data-label={t("people_learning.outcome")}>{outcomeWords(one)}</td>
              <td class="num" data-label={t("people_learning.share")}>
                {one.share === null ? null : percent(one.share)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function outcomeWords(one: AttemptLine): string {
  if (one.outcome === null) return t("people_learning.open");
  return t(one.outcome === "passed" ? "test.passed" : one.outcome === "void" ? "test.void" : "test.not_passed");
}
