import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { Problem } from "../shared/http";
import { Icon, warningIcon } from "../shared/icon";
import { Banner } from "../staff/field";
import { useDoing, useLoaded } from "../staff/loading";
import { problemWords } from "../staff/say";
import { t } from "../staff/words";
import { draftHash } from "./addresses";
import { useTitle } from "./title";
import { type FileText, type LookedLesson, loadFile, lookAt, type Remark, removeFile, saveFile } from "./writing";
import { Look } from "./writing-look";

/** Somebody who is in the middle of a word doesn't want to be told that it is not one. */
const SETTLED_MS = 1200;

/** One file of a draft: its text, what it becomes, and what is wrong with it. */
export function WritingFile({ courseId, path }: { courseId: string; path: string }) {
  const load = useCallback(() => loadFile(courseId, path), [courseId, path]);
  const { value, problem, again } = useLoaded(load);
  useTitle(path);
  return (
    <div class="stack stack--4">
      <p class="small">
        <a href="#write">{t("writing.title")}</a>
        <span class="soft"> / </span>
        <a href={draftHash(courseId)}>{courseId}</a>
      </p>
      <h1 class="writing-path">{path}</h1>
      {problem !== null && !value && (
        <Banner kind="caution" icon={warningIcon} isAlert>
          {problemWords(problem)}
        </Banner>
      )}
      {!value && problem === null && <p class="soft">{t("loading")}</p>}
      {value && <Editor key={`${value.path} ${value.version}`} courseId={courseId} file={value} again={again} />}
    </div>
  );
}

function Editor({ courseId, file, again }: { courseId: string; file: FileText; again: () => Promise<void> }) {
  const [text, setText] = useState(file.text);
  const kept = useRef({ text: file.text, version: file.version });
  const [lesson, setLesson] = useState<LookedLesson | null>(null);
  const [remarks, setRemarks] = useState<Remark[]>([]);
  const doing = useDoing();
  const area = useRef<HTMLTextAreaElement>(null);
  const isChanged = text !== kept.current.text;
  useEffect(() => {
    let isOver = false;
    const look = async () => {
      try {
        const looked = await lookAt(courseId, file.path, text);
        if (isOver) return;
        // While it can't be read, the last look stays: the page must not jump with every letter.
        if (looked.lesson) setLesson(looked.lesson);
        setRemarks(looked.remarks);
      } catch {
        // The look is a help; saving says what is wrong.
      }
    };
    const timer = setTimeout(() => void look(), text === file.text ? 0 : SETTLED_MS);
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [text]);
  useEffect(() => {
    const warn = (event: BeforeUnloadEvent) => {
      if (isChanged) event.preventDefault();
    };
    addEventListener("beforeunload", warn);
    return () => removeEventListener("beforeunload", warn);
  }, [isChanged]);
  const save = () =>
    doing.run(async () => {
      const saved = await saveFile(courseId, file.path, text, kept.current.version);
      kept.current = { text, version: saved.version };
      setRemarks(saved.remarks.filter((one) => one.path === file.path));
    });
  const remove = () =>
    doing.run(async () => {
      await removeFile(courseId, file.path, kept.current.version);
      location.hash = draftHash(courseId);
    });
  const goTo = (line: number) => {
    const shown = area.current;
    if (!shown) return;
    const lines = shown.value.split("\n");
    const start = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
    shown.focus();
    shown.setSelectionRange(start, start + (lines[line - 1]?.length ?? 0));
  };
  const isOvertaken = doing.problem instanceof Problem && doing.problem.code === "changed_meanwhile";
  return (
    <div class="writing">
      <div class="stack stack--3">
        <textarea
          ref={area}
          class="input writing__text"
          aria-label={t("writing.text_of", { path: file.path })}
          spellcheck={file.path.endsWith(".md")}
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === "s" && (event.ctrlKey || event.metaKey)) {
              event.preventDefault();
              void save();
            }
          }}
        />
        {doing.problem !== null && (
          <Banner kind="caution" icon={warningIcon} isAlert>
            <p>{problemWords(doing.problem)}</p>
            {isOvertaken && (
              <button class="btn btn--dense" type="button" onClick={() => void again()}>
                {t("writing.take_theirs")}
              </button>
            )}
          </Banner>
        )}
        <div class="row">
          <button
            class="btn btn--main"
            type="button"
            disabled={!isChanged || doing.isDoing}
            onClick={() => void save()}
          >
            {t("writing.save")}
          </button>
          <span class="small soft" role="status">
            {t(isChanged ? "writing.unsaved" : "writing.saved")}
          </span>
          {file.path.includes("/") && (
            <button
              class="btn btn--quiet btn--dense"
              type="button"
              disabled={doing.isDoing}
              onClick={() => void remove()}
            >
              {t("writing.remove")}
            </button>
          )}
        </div>
        <ul class="lines small" aria-label={t("writing.remarks")}>
          {remarks.map((one, index) => (
            <li key={index}>
              <Icon of={warningIcon} />
              <span>
                {one.line !== null && (
                  <button class="btn btn--quiet btn--dense" type="button" onClick={() => goTo(one.line ?? 1)}>
                    {t("writing.line", { n: one.line })}
                  </button>
                )}{" "}
                {one.what}
              </span>
            </li>
          ))}
        </ul>
      </div>
      {lesson && (
        <section class="writing__look" aria-label={t("writing.look")}>
          <p class="small soft">{t("writing.look_hint")}</p>
          <Look lesson={lesson} courseId={courseId} isBank={file.path.endsWith(".toml")} />
        </section>
      )}
    </div>
  );
}
