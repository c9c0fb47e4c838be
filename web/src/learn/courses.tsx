import { useCallback, useId, useState } from "preact/hooks";
import { checkIcon, Icon, saveIcon, warningIcon } from "../shared/icon";
import { now } from "../staff/clock";
import { Frame } from "../staff/frame";
import { useDoing, useLoaded } from "../staff/loading";
import { span } from "../staff/say";
import { t, wordFor } from "../staff/words";
import { lessonHash, testHash } from "./addresses";
import { clearanceName } from "./clearances";
import { areKept, isOffline, keep, mayKeep } from "./kept-here";
import { type Ask, type Course, type LessonLine, lessonsOf, lessonUrl, loadCourses, type Module } from "./learning";
import { percent } from "./percent";
import { useTitle } from "./title";

export function Courses() {
  const loaded = useLoaded(loadCourses);
  useTitle(t("learn.courses"));
  return <Frame loaded={loaded}>{(courses) => <CourseList courses={courses} />}</Frame>;
}

function CourseList({ courses }: { courses: Course[] }) {
  if (courses.length === 0) {
    return (
      <div class="stack stack--3">
        <h1 class="learn__title">{t("learn.courses")}</h1>
        <p>{t("learn.no_course")}</p>
      </div>
    );
  }
  return (
    <>
      {courses.map((course) => (
        <CourseView key={course.course_id} course={course} />
      ))}
    </>
  );
}

function CourseView({ course }: { course: Course }) {
  const lessons = lessonsOf(course);
  const unreviewed = lessons.filter((one) => !one.is_reviewed).length;
  return (
    <div class="course">
      <div class="course__head stack stack--3">
        <h1 class="voice learn__title">{course.title}</h1>
        <p class="lede">{course.summary}</p>
        {course.is_fallback && <p class="small soft">{t("learn.fallback_course")}</p>}
        {unreviewed > 0 && (
          <p class="review-note small">
            <Icon of={warningIcon} />
            <span>{t("learn.unreviewed", { n: unreviewed })}</span>
          </p>
        )}
      </div>
      <div class="course__so-far">
        <SoFar course={course} lessons={lessons} />
      </div>
      <div class="course__modules stack stack--8">
        {course.modules.map((module, index) => (
          <ModuleView
            key={module.module_id}
            course={course}
            module={module}
            before={course.modules.slice(0, index).reduce((sum, one) => sum + one.lessons.length, 0)}
          />
        ))}
      </div>
      <aside class="course__side stack stack--6">
        <Asks asks={course.asks} />
        {mayKeep() && <KeepHere course={course} />}
      </aside>
    </div>
  );
}

function SoFar({ course, lessons }: { course: Course; lessons: LessonLine[] }) {
  const done = lessons.filter((one) => one.is_done).length;
  const next = lessons.find((one) => one.lesson_id === course.next_lesson_id);
  const label = t("learn.so_far", { done, n: lessons.length });
  return (
    <section class="card stack stack--3" aria-labelledby={`${course.course_id}-so-far`}>
      <h2 id={`${course.course_id}-so-far`}>{t("learn.so_far_title")}</h2>
      <div
        class="progress"
        role="progressbar"
        aria-valuemin={0}
        aria-valuemax={lessons.length}
        aria-valuenow={done}
        aria-label={label}
        style={{ "--done": `${(100 * done) / Math.max(1, lessons.length)}%` }}
      >
        <i />
      </div>
      <p class="small soft">
        {label} {timeLeft(course)}
      </p>
      {next ? (
        <a class="btn btn--main btn--wide" href={lessonHash(course.course_id, next.lesson_id)}>
          {t(done === 0 && next.section === null ? "learn.begin" : "learn.go_on", { title: next.title })}
        </a>
      ) : (
        <p>{t("learn.all_done")}</p>
      )}
    </section>
  );
}

function timeLeft(course: Course): string {
  const minutes = course.minutes - course.minutes_done;
  if (minutes <= 0) return "";
  return minutes < 90 ? t("learn.time_left", { n: minutes }) : t("learn.hours_left", { n: Math.round(minutes / 60) });
}

/** What clearances ask for beside lessons is said, too: nobody should think that a test opens the door. */
function Asks({ asks }: { asks: Ask[] }) {
  const id = useId();
  if (asks.length === 0) return null;
  // What asks for less comes first: most begin there.
  const inOrder = [...asks].sort((one, other) => one.lessons - other.lessons);
  const isReady = asks.some((one) => one.kind === "age_band" && !one.is_held && one.done === one.lessons);
  return (
    <section class="stack stack--3" aria-labelledby={id}>
      <h2 id={id}>{t("learn.asks")}</h2>
      <ul class="lines asks small">
        {inOrder.map((one) => (
          <li key={`${one.kind}/${one.value}`}>
            {one.is_held || one.done === one.lessons ? <Icon of={checkIcon} /> : <span class="asks__open" />}
            <span>
              <strong>{askName(one)}</strong>
              <br />
              <span class="soft">{askWords(one)}</span>
            </span>
          </li>
        ))}
      </ul>
      <p class="small">{t(isReady ? "learn.still_needed" : "learn.lessons_are_a_part")}</p>
    </section>
  );
}

const askName = (one: Ask): string => `${wordFor("clearance_kind", one.kind, "unknown_code")}: ${clearanceName(one)}`;

function askWords(one: Ask): string {
  const lessons = t("learn.ask", { done: one.done, n: one.lessons });
  return one.is_held ? `${t("learn.held")} ${lessons}` : lessons;
}

/** `before`: how many lessons stand before it. */
function ModuleView({ course, module, before }: { course: Course; module: Module; before: number }) {
  const id = `${course.course_id}-${module.module_id}`;
  const minutes = module.lessons.reduce((sum, one) => sum + one.minutes, 0);
  return (
    <section class="stack stack--2" aria-labelledby={id}>
      <div class="row row--spread">
        <h2 class="module__title" id={id}>
          {module.title}
        </h2>
        <span class="small soft nowrap">{t("learn.minutes", { n: minutes })}</span>
      </div>
      <p class="soft">{module.summary}</p>
      <NeededFor module={module} />
      <ol class="path">
        {module.lessons.map((lesson, index) => (
          <LessonRow key={lesson.lesson_id} course={course} lesson={lesson} n={before + index + 1} />
        ))}
      </ol>
    </section>
  );
}

function NeededFor({ module }: { module: Module }) {
  const tags = module.needed_for;
  if (tags.includes("every")) return null;
  if (tags.length === 0) return <p class="small soft">{t("learn.free")}</p>;
  const names = tags.map((tag) => {
    const [kind = "", value = ""] = tag.split(":");
    return clearanceName({ kind: kind as Ask["kind"], value });
  });
  return <p class="small soft">{t("learn.needed_for", { what: names.join(", ") })}</p>;
}

function LessonRow({ course, lesson, n }: { course: Course; lesson: LessonLine; n: number }) {
  const isNext = lesson.lesson_id === course.next_lesson_id;
  const state = lesson.is_done ? "is-done" : isNext ? "is-now" : "";
  return (
    <li class={state}>
      <span class="path__mark" aria-hidden="true">
        {lesson.is_done ? <Icon of={checkIcon} /> : n}
      </span>
      <div>
        <h3>
          <a href={lessonHash(course.course_id, lesson.lesson_id)} aria-current={isNext ? "step" : undefined}>
            {lesson.title}
          </a>
        </h3>
        <p class="small soft">{lineWords(lesson)}</p>
      </div>
      <div>
        {lesson.open_attempt_id ? (
          <a class="btn btn--dense" href={testHash(lesson.open_attempt_id)}>
            {t("learn.open_test")}
            <span class="visually-hidden">: {lesson.title}</span>
          </a>
        ) : lesson.is_done ? (
          <span class="chip chip--calm">{t("learn.done")}</span>
        ) : null}
      </div>
    </li>
  );
}

function lineWords(lesson: LessonLine): string {
  const waitMs = lesson.may_try_at_ms - now.value;
  return [
    t("learn.minutes", { n: lesson.minutes }),
    lesson.has_changed ? t("learn.changed") : "",
    lesson.is_read ? t("learn.read") : lesson.section !== null ? t("learn.begun") : "",
    testWords(lesson),
    !lesson.is_passed && waitMs > 0 ? t("learn.wait", { span: span(waitMs) }) : "",
  ]
    .filter(Boolean)
    .join(" ");
}

function testWords(lesson: LessonLine): string {
  if (!lesson.has_test) return "";
  if (lesson.is_passed) return t("learn.test_passed", { share: percent(lesson.best_share ?? 0) });
  if (lesson.tries > 0) return t("learn.test_tried", { share: percent(lesson.best_share ?? 0) });
  return lesson.is_read ? t("learn.test_open") : "";
}

/** Every lesson on this device at once; those that were opened are kept anyway. */
function KeepHere({ course }: { course: Course }) {
  const id = useId();
  const urls = lessonsOf(course).map((one) => lessonUrl(course.course_id, one.lesson_id));
  const look = useCallback(() => areKept(urls), [urls.join()]);
  const { value, again } = useLoaded(look);
  const doing = useDoing();
  const [isMissed, setIsMissed] = useState(false);
  const keepAll = () =>
    doing.run(async () => {
      setIsMissed(!(await keep(urls)));
      await again();
    });
  return (
    <section class="stack stack--2" aria-labelledby={id}>
      <h2 id={id}>{t("learn.keep_title")}</h2>
      <p class="small soft" role="status">
        {t(doing.isDoing ? "learn.keeping" : value ? "learn.kept_all" : "learn.keep_hint")}
      </p>
      {isMissed && <p class="small">{t("learn.keep_missed")}</p>}
      {!value && !isOffline.value && (
        <button class="btn btn--dense" type="button" onClick={() => void keepAll()}>
          <Icon of={saveIcon} />
          {t("learn.keep")}
        </button>
      )}
    </section>
  );
}
