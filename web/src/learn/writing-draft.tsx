import { useCallback, useState } from "preact/hooks";
import { checkIcon, Icon, warningIcon } from "../shared/icon";
import { announce } from "../shared/status";
import { Banner, Field } from "../staff/field";
import { useDoing, useLoaded } from "../staff/loading";
import { LongField } from "../staff/long-field";
import { mayAdmin, me } from "../staff/me";
import { day, languageName, problemWords } from "../staff/say";
import { t } from "../staff/words";
import { Wrong } from "../staff/wrong";
import { fileHash } from "./addresses";
import { useTitle } from "./title";
import {
  addLesson,
  draftZip,
  errorsIn,
  giveBack,
  handIn,
  idOf,
  loadDraft,
  publish,
  type Remark,
  type ShownDraft,
  throwAway,
} from "./writing";
import { EditionList } from "./writing-editions";

/** One course on the desk: its outline, what must be mended, and how it gets to those who learn. */
export function WritingDraft({ courseId }: { courseId: string }) {
  const load = useCallback(() => loadDraft(courseId), [courseId]);
  const { value, problem, again } = useLoaded(load);
  useTitle(value?.title);
  if (problem !== null && !value) {
    return (
      <Banner kind="caution" icon={warningIcon} isAlert>
        <p>{problemWords(problem)}</p>
        <p>
          <a href="#write">{t("writing.back")}</a>
        </p>
      </Banner>
    );
  }
  if (!value) return <p class="soft">{t("loading")}</p>;
  return (
    <div class="stack stack--6">
      <div class="stack stack--2">
        <p class="small">
          <a href="#write">{t("writing.title")}</a>
        </p>
        <h1 class="learn__title">{value.title}</h1>
        <p class="small soft">
          {t("writing.changed", { day: day(value.draft.changed_at_ms) })}{" "}
          {value.draft.writers.length > 0 && t("writing.writers", { names: value.draft.writers.join(", ") })}
        </p>
      </div>
      {value.draft.given_back !== null && (
        <Banner kind="caution" icon={warningIcon}>
          <p>
            <strong>{t("writing.was_given_back")}</strong>
          </p>
          <p class="certificate__words">{value.draft.given_back}</p>
        </Banner>
      )}
      <Outline draft={value} />
      <Remarks courseId={courseId} remarks={value.remarks} />
      <Grow draft={value} again={again} />
      <Onward draft={value} again={again} />
      <EditionList courseId={courseId} editions={value.editions} again={again} />
    </div>
  );
}

function Outline({ draft }: { draft: ShownDraft }) {
  const versions = new Map(draft.files.map((one) => [one.path, one]));
  const named = new Set<string>();
  const link = (path: string, label: string, of = "") => {
    named.add(path);
    const errors = errorsIn(draft.remarks.filter((one) => one.path === path));
    return (
      <li class={of ? "writing-files__under" : undefined} key={path}>
        <a
          href={fileHash(draft.course_id, path)}
          aria-label={of ? t("writing.questions_of", { lesson: of }) : undefined}
        >
          {label}
        </a>{" "}
        {versions.get(path)?.is_changed && <span class="chip">{t("writing.is_changed")}</span>}{" "}
        {errors > 0 && <span class="chip chip--caution">{t("writing.errors", { n: errors })}</span>}
        {!versions.has(path) && <span class="soft small">{t("writing.missing")}</span>}
      </li>
    );
  };
  const modules = draft.modules.map((module) => (
    <section class="stack stack--2" key={module.module_id} aria-label={module.title || module.module_id}>
      <h3>{module.title || module.module_id}</h3>
      <ul class="writing-files">
        {module.lessons.flatMap(({ lesson_id: lesson, title }) => [
          link(`${draft.language}/${lesson}.md`, title || lesson),
          link(`${draft.language}/${lesson}.toml`, t("writing.questions"), title || lesson),
        ])}
      </ul>
    </section>
  ));
  const rest = draft.files.filter((one) => !named.has(one.path));
  return (
    <section class="stack stack--4" aria-labelledby="outline">
      <h2 id="outline">{t("writing.outline")}</h2>
      <div class="writing-outline">
        {modules}
        <section class="stack stack--2" aria-labelledby="other-files">
          <h3 id="other-files">{t("writing.other_files")}</h3>
          <ul class="writing-files">{rest.map((one) => link(one.path, fileName(one.path)))}</ul>
        </section>
      </div>
      <div>
        <a class="btn btn--dense btn--quiet" href={draftZip(draft.course_id)} download>
          {t("writing.take_along")}
        </a>
      </div>
    </section>
  );
}

/** Files that belong to no lesson of the course's own language. */
function fileName(path: string): string {
  if (path === "course.toml") return t("writing.file_course");
  if (path === "sources.toml") return t("writing.file_sources");
  const [language = "", file = ""] = path.split("/");
  return file === "words.toml" ? t("writing.file_words", { language: languageName(language) }) : path;
}

export function Remarks({ courseId, remarks }: { courseId: string; remarks: readonly Remark[] }) {
  const errors = errorsIn(remarks);
  return (
    <section class="stack stack--3" aria-labelledby="remarks">
      <h2 id="remarks">{t("writing.remarks")}</h2>
      {remarks.length === 0 ? (
        <p class="row row--tight">
          <Icon of={checkIcon} />
          {t("writing.sound")}
        </p>
      ) : (
        <p class="small soft">{t(errors > 0 ? "writing.must_mend" : "writing.may_mend", { n: errors })}</p>
      )}
      <ul class="lines small">
        {remarks.slice(0, 100).map((one, index) => (
          <li key={index}>
            <span class={`chip ${one.level === "error" ? "chip--caution" : ""}`}>
              {t(one.level === "error" ? "writing.error" : "writing.warning")}
            </span>
            <span>
              <a href={fileHash(courseId, one.path)}>{one.path}</a>
              {one.line !== null && ` ${t("writing.line", { n: one.line })}`}: {one.what}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Grow({ draft, again }: { draft: ShownDraft; again: () => Promise<void> }) {
  const [name, setName] = useState("");
  const [module, setModule] = useState("");
  const doing = useDoing();
  if (draft.modules.length === 0) return null;
  const add = (event: Event) => {
    event.preventDefault();
    void doing.run(async () => {
      await addLesson(
        draft.course_id,
        module || (draft.modules[draft.modules.length - 1]?.module_id ?? ""),
        idOf(name),
      );
      setName("");
      await again();
    });
  };
  return (
    <details class="fold">
      <summary>{t("writing.add_lesson")}</summary>
      <form class="fold__body stack stack--4" onSubmit={add}>
        <Field label={t("writing.module")}>
          {(joined) => (
            <select {...joined} class="input" value={module} onChange={(event) => setModule(event.currentTarget.value)}>
              {draft.modules.map((one) => (
                <option key={one.module_id} value={one.module_id}>
                  {one.title || one.module_id}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label={t("writing.lesson_name")} hint={t("writing.lesson_name_hint")}>
          {(joined) => (
            <input
              {...joined}
              class="input"
              required
              maxLength={60}
              value={name}
              onInput={(event) => setName(event.currentTarget.value)}
            />
          )}
        </Field>
        <Wrong problem={doing.problem} />
        <div>
          <button class="btn btn--dense" type="submit" disabled={doing.isDoing || idOf(name) === ""}>
            {t("writing.add_lesson")}
          </button>
        </div>
      </form>
    </details>
  );
}

/** Handing in, giving back, publishing, throwing away. */
function Onward({ draft, again }: { draft: ShownDraft; again: () => Promise<void> }) {
  const [note, setNote] = useState("");
  const [isSure, setIsSure] = useState(false);
  const doing = useDoing();
  const isSound = errorsIn(draft.remarks) === 0;
  const isAdmin = me.value !== null && mayAdmin(me.value);
  const mayPublish = draft.may_publish && (!draft.is_own || isAdmin);
  const leave = (act: () => Promise<unknown>, said: string) =>
    doing.run(async () => {
      await act();
      announce(said);
      location.hash = "#write";
    });
  const stay = (act: () => Promise<unknown>) =>
    doing.run(async () => {
      await act();
      await again();
    });
  return (
    <section class="card stack stack--4" aria-labelledby="onward">
      <h2 id="onward">{t("writing.onward")}</h2>
      {!isSound && <p class="small soft">{t("writing.not_sound")}</p>}
      {draft.draft.handed_in_at_ms !== null ? (
        <p class="small">{t("writing.waits_for_verifier")}</p>
      ) : (
        <p class="small soft">{t("writing.four_eyes")}</p>
      )}
      {mayPublish && (
        <LongField
          label={t("writing.note")}
          hint={t(draft.is_own ? "writing.note_hint_alone" : "writing.note_hint")}
          rows={3}
          maxLength={1000}
          value={note}
          change={setNote}
        />
      )}
      <Wrong problem={doing.problem} />
      <div class="row">
        {draft.draft.handed_in_at_ms === null && !mayPublish && (
          <button
            class="btn btn--main"
            type="button"
            disabled={!isSound || doing.isDoing}
            onClick={() => void stay(() => handIn(draft.course_id))}
          >
            {t("writing.hand_in")}
          </button>
        )}
        {mayPublish && (
          <button
            class="btn btn--main"
            type="button"
            disabled={!isSound || doing.isDoing}
            onClick={() => void leave(() => publish(draft.course_id, note), t("writing.published"))}
          >
            {t("writing.publish")}
          </button>
        )}
        {mayPublish && !draft.is_own && (
          <button
            class="btn"
            type="button"
            disabled={doing.isDoing || note.trim() === ""}
            onClick={() => void stay(() => giveBack(draft.course_id, note))}
          >
            {t("writing.give_back")}
          </button>
        )}
        {isSure ? (
          <button
            class="btn btn--danger"
            type="button"
            disabled={doing.isDoing}
            onClick={() => void leave(() => throwAway(draft.course_id), t("writing.thrown_away"))}
          >
            {t("writing.throw_away_sure")}
          </button>
        ) : (
          <button class="btn btn--quiet" type="button" onClick={() => setIsSure(true)}>
            {t("writing.throw_away")}
          </button>
        )}
      </div>
    </section>
  );
}
