import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { ReviewForm } from "../admin/review-form";
import { backIcon, checkIcon, clockIcon, downIcon, Icon, nextIcon, warningIcon } from "../shared/icon";
import { now } from "../staff/clock";
import { Banner } from "../staff/field";
import { useDoing, useLoaded } from "../staff/loading";
import { mayAdmin, me } from "../staff/me";
import { problemWords, span } from "../staff/say";
import { t } from "../staff/words";
import { WrongBanner } from "../staff/wrong";
import { lessonHash, testHash } from "./addresses";
import { BlockView, type Context, jump } from "./blocks";
import { keepBookmark, unsentBookmark } from "./drafts";
import { isOffline } from "./kept-here";
import { beginTest, type Course, type Lesson, type LessonLine, lessonsOf, loadCourses, loadLesson } from "./learning";
import { Sources } from "./sources";
import { useTitle } from "./title";

interface Props {
  courseId: string;
  lessonId: string;
  section: number | null;
}

/** Somebody who only scrolls through leaves no mark at every heading. */
const SETTLED_MS = 2500;

export function LessonPage({ courseId, lessonId, section }: Props) {
  const load = useCallback(() => loadLesson(courseId, lessonId), [courseId, lessonId]);
  const lesson = useLoaded(load);
  const courses = useLoaded(loadCourses);
  const course = courses.value?.find((one) => one.course_id === courseId);
  const line = course && lessonsOf(course).find((one) => one.lesson_id === lessonId);
  useTitle(lesson.value?.title);
  if (lesson.problem !== null && !lesson.value) {
    return (
      <Banner kind="caution" icon={warningIcon} isAlert>
        <p>{t("lesson.not_here")}</p>
        <p>{problemWords(lesson.problem)}</p>
        <button class="btn btn--dense" type="button" onClick={() => void lesson.again()}>
          {t("try_again")}
        </button>
      </Banner>
    );
  }
  if (!lesson.value) return <p class="soft">{t("loading")}</p>;
  return (
    <Reading
      lesson={lesson.value}
      course={course}
      line={line}
      section={section}
      changed={() => void courses.again()}
      reviewed={lesson.again}
    />
  );
}

interface ReadingProps {
  lesson: Lesson;
  course: Course | undefined;
  line: LessonLine | undefined;
  section: number | null;
  changed: () => void;
  reviewed: () => Promise<void>;
}

function Reading({ lesson, course, line, section, changed, reviewed }: ReadingProps) {
  const titles = new Map(course ? lessonsOf(course).map((one) => [one.lesson_id, one.title]) : []);
  const context: Context = {
    courseId: lesson.course_id,
    numberOf: (id) => lesson.sources.findIndex((one) => one.id === id) + 1,
    titleOf: (id) => titles.get(id) ?? t("lesson.another"),
  };
  const here = useRef<HTMLElement>(null);
  const kept = useRef(unsentBookmark(lesson.course_id, lesson.lesson_id)?.section ?? null);
  // What was known when the lesson opened; where one is by now must not move the sign.
  const [stopped, setStopped] = useState<number | null>(kept.current);
  const isLineKnown = line !== undefined;
  useEffect(() => {
    if (kept.current === null && line) setStopped(line.section);
  }, [isLineKnown]);
  useBookmark(here, lesson, kept);
  useEffect(() => {
    if (section !== null) goTo(section);
  }, [section]);
  return (
    <div class="with-side">
      <article class="prose lesson" ref={here} lang={lesson.language}>
        <p class="small">
          <a href="#courses">{lesson.course_title}</a>
          <span class="soft">
            {" / "}
            {lesson.module_title}, {t("lesson.n_of_m", { n: lesson.lesson_number, m: lesson.lesson_count })}
          </span>
        </p>
        <h1 class="voice learn__title">{lesson.title}</h1>
        <p class="row small soft">
          <span class="row row--tight nowrap">
            <Icon of={clockIcon} />
            {t("learn.minutes", { n: lesson.minutes })}
          </span>
          {line?.is_read && (
            <span class="chip chip--calm">
              <Icon of={checkIcon} />
              {t("learn.read_chip")}
            </span>
          )}
        </p>
        <Reviewed lesson={lesson} reviewed={reviewed} />
        {lesson.is_fallback && <p class="small soft">{t("learn.fallback_lesson")}</p>}
        {line?.has_changed && <p class="small">{t("lesson.changed")}</p>}
        {stopped !== null && stopped > 0 && section === null && !line?.is_read && (
          <p>
            <a class="btn btn--dense" href={lessonHash(lesson.course_id, lesson.lesson_id, stopped)}>
              {t("lesson.go_on", { title: lesson.sections[stopped]?.title || t("lesson.n", { n: stopped + 1 }) })}
            </a>
          </p>
        )}
        <section class="card card--flat aims" aria-labelledby="aims">
          <h2 id="aims">{t("lesson.aims")}</h2>
          <ul>
            {lesson.aims.map((aim) => (
              <li key={aim}>{aim}</li>
            ))}
          </ul>
        </section>
        {lesson.sections.map((one, index) => (
          <section class="lesson__section" key={index} data-section={index} aria-labelledby={`section-${index}`}>
            <h2 id={`section-${index}`} tabIndex={-1} class={one.title ? undefined : "visually-hidden"}>
              {one.title || lesson.title}
            </h2>
            {one.blocks.map((block, at) => (
              <BlockView key={at} block={block} context={context} />
            ))}
          </section>
        ))}
        <section class="card remember" aria-labelledby="remember">
          <h2 id="remember">{t("lesson.remember")}</h2>
          <ul>
            {lesson.remember.map((one) => (
              <li key={one}>{one}</li>
            ))}
          </ul>
        </section>
        <End lesson={lesson} line={line} changed={changed} />
        <Sources lesson={lesson} />
      </article>
      <aside class="with-side__side stack stack--3 lesson__side">
        <h2>{t("lesson.contents")}</h2>
        <ol class="lines small">
          {lesson.sections.map((one, index) => (
            <li key={index}>
              <span class="lesson__n figures">{index + 1}</span>
              <a href={lessonHash(lesson.course_id, lesson.lesson_id, index)} onClick={jump(`section-${index}`)}>
                {one.title || t("lesson.start")}
              </a>
            </li>
          ))}
        </ol>
      </aside>
    </div>
  );
}

function Reviewed({ lesson, reviewed }: { lesson: Lesson; reviewed: () => Promise<void> }) {
  if (lesson.reviewed) {
    return <p class="small soft">{t("lesson.reviewed", { name: lesson.reviewed.by, day: lesson.reviewed.on })}</p>;
  }
  return (
    <>
      <p class="review-note small">
        <Icon of={warningIcon} />
        <span>{t("lesson.not_reviewed")}</span>
      </p>
      {me.value && mayAdmin(me.value) && (
        <details class="fold small">
          <summary>
            {t("lesson.record_review")}
            <Icon of={downIcon} />
          </summary>
          <div class="fold__body">
            <ReviewForm
              title={t("lesson.record_review")}
              subject={`lesson:${lesson.course_id}/${lesson.lesson_id}`}
              version={lesson.version}
              recorded={reviewed}
            />
          </div>
        </details>
      )}
    </>
  );
}

/** What comes after the last line: saying that it was read, then the test, then the next lesson. */
function End({ lesson, line, changed }: { lesson: Lesson; line: LessonLine | undefined; changed: () => void }) {
  const doing = useDoing();
  const [isKeptHere, setIsKeptHere] = useState(false);
  const last = lesson.sections.length - 1;
  const read = async () => {
    const isSent = await keepBookmark(lesson.course_id, lesson.lesson_id, last, true);
    setIsKeptHere(!isSent);
    changed();
  };
  const test = () =>
    doing.run(async () => {
      if (!line?.is_read) await read();
      const attempt = await beginTest(lesson.course_id, lesson.lesson_id);
      location.hash = testHash(attempt.attempt_id);
    });
  const waitMs = line ? line.may_try_at_ms - now.value : 0;
  const isRead = line?.is_read || isKeptHere;
  return (
    <section class="lesson__end stack stack--4" aria-labelledby="end">
      <h2 id="end">{t("lesson.end")}</h2>
      <WrongBanner problem={doing.problem} />
      {lesson.questions > 0 && (
        <p>{t(line?.is_passed ? "lesson.test_passed" : "lesson.test_hint", { n: lesson.questions })}</p>
      )}
      {lesson.questions > 0 && waitMs > 0 && <p>{t("test.wait", { span: span(waitMs) })}</p>}
      {isKeptHere && <p role="status">{t("lesson.read_kept")}</p>}
      <div class="row">
        {!isRead && (
          <button class={lesson.questions ? "btn" : "btn btn--main"} type="button" onClick={() => void read()}>
            {t("lesson.mark_read")}
          </button>
        )}
        {lesson.questions > 0 && waitMs <= 0 && !isOffline.value && (
          <button class={line?.is_passed ? "btn" : "btn btn--main"} type="button" onClick={() => void test()}>
            {t(line?.open_attempt_id ? "learn.open_test" : line?.is_passed ? "lesson.test_again" : "lesson.test")}
          </button>
        )}
      </div>
      <div class="row row--spread">
        {lesson.previous_lesson_id ? (
          <a class="btn btn--quiet btn--plain" href={lessonHash(lesson.course_id, lesson.previous_lesson_id)}>
            <Icon of={backIcon} points />
            {t("lesson.previous")}
          </a>
        ) : (
          <span />
        )}
        {lesson.next_lesson_id && (
          <a
            class={line?.is_done ? "btn btn--main" : "btn btn--quiet btn--plain"}
            href={lessonHash(lesson.course_id, lesson.next_lesson_id)}
          >
            {t("lesson.next")}
            <Icon of={nextIcon} points />
          </a>
        )}
      </div>
    </section>
  );
}

function goTo(section: number): void {
  const heading = document.getElementById(`section-${section}`);
  heading?.scrollIntoView({ block: "start" });
  heading?.focus({ preventScroll: true });
}

/** Keeps the section in the middle of the window, once it has been there for a while. */
function useBookmark(here: { current: HTMLElement | null }, lesson: Lesson, kept: { current: number | null }): void {
  useEffect(() => {
    const article = here.current;
    if (!article || typeof IntersectionObserver === "undefined") return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const watch = new IntersectionObserver(
      (entries) => {
        const seen = entries.find((entry) => entry.isIntersecting)?.target;
        if (!(seen instanceof HTMLElement)) return;
        const section = Number(seen.dataset.section);
        clearTimeout(timer);
        if (section === kept.current) return;
        timer = setTimeout(() => {
          kept.current = section;
          void keepBookmark(lesson.course_id, lesson.lesson_id, section, false);
        }, SETTLED_MS);
      },
      // A line across the middle: one section at a time crosses it.
      { rootMargin: "-50% 0px -50% 0px" },
    );
    for (const section of article.querySelectorAll("[data-section]")) watch.observe(section);
    return () => {
      clearTimeout(timer);
      watch.disconnect();
    };
  }, [lesson]);
}
