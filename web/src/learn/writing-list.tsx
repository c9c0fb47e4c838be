import { useRef, useState } from "preact/hooks";
import { announce } from "../shared/status";
import { Field } from "../staff/field";
import { Frame } from "../staff/frame";
import { useDoing, useLoaded } from "../staff/loading";
import { day } from "../staff/say";
import { t, words } from "../staff/words";
import { Wrong } from "../staff/wrong";
import { draftHash, editionsHash } from "./addresses";
import { useTitle } from "./title";
import { type Beginning, base64Of, beginDraft, courseZip, idOf, loadWritten, type Written } from "./writing";

/** For course authors and verifiers: which courses there are, which are being written, and beginning one. */
export function WritingList() {
  const loaded = useLoaded(loadWritten);
  useTitle(t("writing.title"));
  return (
    <div class="stack stack--6">
      <div class="stack stack--2">
        <h1 class="learn__title">{t("writing.title")}</h1>
        <p class="soft lede">{t("writing.hint")}</p>
      </div>
      <Frame loaded={loaded}>
        {(written) => (
          <>
            <Courses written={written} />
            {written.may_write && <Begin left={written.drafts_left} />}
          </>
        )}
      </Frame>
    </div>
  );
}

/** Opens the draft that was begun. */
async function begin(from: Beginning): Promise<void> {
  const draft = await beginDraft(from);
  announce(t("writing.begun"));
  location.hash = draftHash(draft.course_id);
}

function Courses({ written }: { written: Written }) {
  const doing = useDoing();
  return (
    <section class="stack stack--4" aria-labelledby="written">
      <h2 id="written">{t("writing.courses")}</h2>
      <Wrong problem={doing.problem} />
      <ul class="grades">
        {written.courses.map((course) => (
          <li class="card stack stack--3" key={course.course_id}>
            <div class="row row--spread">
              <h3>{course.title}</h3>
              <span class="chip">
                {course.edition !== null
                  ? t("writing.edition", { n: course.edition })
                  : t(course.is_shipped ? "writing.shipped" : "writing.not_published")}
              </span>
            </div>
            {course.draft && (
              <p class="small">
                {t("writing.draft_by", { name: course.draft.begun_by_name, day: day(course.draft.changed_at_ms) })}{" "}
                {course.draft.handed_in_at_ms !== null && <strong>{t("writing.waits")}</strong>}
                {course.draft.given_back !== null && <strong>{t("writing.was_given_back")}</strong>}
              </p>
            )}
            <div class="row">
              {course.draft ? (
                <a class="btn btn--dense btn--main" href={draftHash(course.course_id)}>
                  {t("writing.open")}
                </a>
              ) : (
                written.may_write && (
                  <button
                    class="btn btn--dense"
                    type="button"
                    disabled={doing.isDoing || written.drafts_left < 1}
                    aria-label={t("writing.change_it", { title: course.title })}
                    onClick={() => void doing.run(() => begin({ course_id: course.course_id }))}
                  >
                    {t("writing.change")}
                  </button>
                )
              )}
              {course.draft === null && course.edition !== null && (
                <a class="btn btn--dense btn--quiet" href={editionsHash(course.course_id)}>
                  {t("writing.editions")}
                </a>
              )}
              {(course.edition !== null || course.is_shipped) && (
                <a class="btn btn--dense btn--quiet" href={courseZip(course.course_id)} download>
                  {t("writing.take_along")}
                </a>
              )}
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Begin({ left }: { left: number }) {
  const [title, setTitle] = useState("");
  const [language, setLanguage] = useState(words.language);
  const file = useRef<HTMLInputElement>(null);
  const anew = useDoing();
  const bringing = useDoing();
  if (left < 1) return <p class="soft">{t("writing.none_left")}</p>;
  const create = (event: Event) => {
    event.preventDefault();
    void anew.run(() => begin({ course_id: idOf(title), title: title.trim(), language }));
  };
  const bring = () => {
    const chosen = file.current?.files?.[0];
    if (chosen) void bringing.run(async () => begin({ zip: await base64Of(chosen) }));
  };
  return (
    <div class="writing-begin">
      <form class="card stack stack--4" onSubmit={create}>
        <h2>{t("writing.new")}</h2>
        <Field label={t("writing.new_title")} hint={idOf(title) ? t("writing.new_id", { id: idOf(title) }) : undefined}>
          {(joined) => (
            <input
              {...joined}
              class="input"
              required
              maxLength={200}
              value={title}
              onInput={(event) => setTitle(event.currentTarget.value)}
            />
          )}
        </Field>
        <Field label={t("writing.language")} hint={t("writing.language_hint")}>
          {(joined) => (
            <input
              {...joined}
              class="input"
              required
              maxLength={35}
              value={language}
              onInput={(event) => setLanguage(event.currentTarget.value)}
            />
          )}
        </Field>
        <Wrong problem={anew.problem} />
        <div>
          <button class="btn" type="submit" disabled={anew.isDoing || idOf(title) === ""}>
            {t("writing.begin")}
          </button>
        </div>
      </form>
      <div class="card stack stack--4">
        <h2>{t("writing.bring")}</h2>
        <Field label={t("writing.zip")} hint={t("writing.zip_hint")}>
          {(joined) => <input {...joined} ref={file} class="input" type="file" accept=".zip,application/zip" />}
        </Field>
        <Wrong problem={bringing.problem} />
        <div>
          <button class="btn" type="button" disabled={bringing.isDoing} onClick={bring}>
            {t("writing.bring_it")}
          </button>
        </div>
      </div>
    </div>
  );
}
