// What a lesson is made of, laid out. Texts go in as text: nothing an author writes can become markup.
import type { ComponentChildren } from "preact";
import { useId, useState } from "preact/hooks";
import { checkIcon, Icon, swapIcon, warningIcon } from "../shared/icon";
import { t, type WordKey } from "../staff/words";
import { lessonHash } from "./addresses";
import type { Block, ChatLine, Span, Verdict } from "./learning";

export interface Context {
  courseId: string;
  /** A source's id -> its number in the list below the lesson. */
  numberOf: (sourceId: string) => number;
  /** A lesson's id -> its title. */
  titleOf: (lessonId: string) => string;
}

export function BlockView({ block, context }: { block: Block; context: Context }) {
  switch (block.block) {
    case "heading":
      return (
        <h3>
          <Spans spans={block.spans} context={context} />
        </h3>
      );
    case "paragraph":
      return (
        <p>
          <Spans spans={block.spans} context={context} />
        </p>
      );
    case "quote":
      return (
        <blockquote class="lesson__quote">
          <Spans spans={block.spans} context={context} />
        </blockquote>
      );
    case "points": {
      const items = block.items.map((item, index) => (
        <li key={index}>
          <Spans spans={item} context={context} />
        </li>
      ));
      return block.is_ordered ? <ol class="lesson__steps">{items}</ol> : <ul>{items}</ul>;
    }
    case "chat":
      return <Example title={block.title} verdict={block.verdict} lines={block.lines} why={block.why} />;
    case "exercise":
      return <Exercise task={block.task} compare={block.compare} />;
  }
}

function Spans({ spans, context }: { spans: Span[]; context: Context }) {
  return (
    <>
      {spans.map((span, index) => (
        <SpanView key={index} span={span} context={context} />
      ))}
    </>
  );
}

function SpanView({ span, context }: { span: Span; context: Context }): ComponentChildren {
  if (span.source) {
    const n = context.numberOf(span.source);
    return (
      <sup class="cite">
        <a
          href={`#source-${span.source}`}
          onClick={jump(`source-${span.source}`)}
          aria-label={t("lesson.source_n", { n })}
        >
          {n}
        </a>
      </sup>
    );
  }
  if (span.lesson) {
    return <a href={lessonHash(context.courseId, span.lesson)}>{span.text || context.titleOf(span.lesson)}</a>;
  }
  if (span.url) {
    return (
      <a href={span.url} target="_blank" rel="noopener noreferrer">
        {span.text}
      </a>
    );
  }
  if (span.style === "strong") return <strong>{span.text}</strong>;
  if (span.style === "emphasis") return <em>{span.text}</em>;
  return span.text;
}

/** To a place on the same page: the address stays, since its last part says which lesson this is. */
export function jump(id: string): (event: Event) => void {
  return (event) => {
    event.preventDefault();
    const goal = document.getElementById(id);
    goal?.scrollIntoView({ block: "start" });
    goal?.focus({ preventScroll: true });
  };
}

const VERDICTS: Record<Verdict, { icon: string; chip: string; key: WordKey }> = {
  good: { icon: checkIcon, chip: "chip--calm", key: "lesson.good" },
  less_good: { icon: warningIcon, chip: "chip--caution", key: "lesson.less_good" },
  mended: { icon: swapIcon, chip: "chip--flame", key: "lesson.mended" },
};

function Example({ title, verdict, lines, why }: { title: string; verdict: Verdict; lines: ChatLine[]; why: string }) {
  const id = useId();
  const look = VERDICTS[verdict];
  return (
    <figure class="example" aria-labelledby={id}>
      <figcaption class="example__title" id={id}>
        <span>
          <span class="visually-hidden">{t("lesson.example")}: </span>
          {title}
        </span>
        <span class={`chip ${look.chip}`}>
          <Icon of={look.icon} />
          {t(look.key)}
        </span>
      </figcaption>
      <ChatLines lines={lines} isBad={verdict === "less_good"} />
      <p class="example__why">
        <strong>{t("lesson.why")}</strong> {why}
      </p>
    </figure>
  );
}

/** Lines of a chat as they look in one; the listener is the one who learns, so their words stand at the end. */
export function ChatLines({ lines, isBad = false }: { lines: ChatLine[]; isBad?: boolean }) {
  return (
    <div class="chat-lines">
      {lines.map((line, index) => (
        <Line key={index} line={line} isBad={isBad} isFirst={lines[index - 1]?.who !== line.who} />
      ))}
    </div>
  );
}

function Line({ line, isBad, isFirst }: { line: ChatLine; isBad: boolean; isFirst: boolean }) {
  const note = line.note ? (
    <p class={isBad && line.who === "listener" ? "margin-note margin-note--miss" : "margin-note"}>
      <Icon of={isBad && line.who === "listener" ? warningIcon : checkIcon} />
      <span>{line.note}</span>
    </p>
  ) : null;
  if (line.who === "service") {
    return (
      <>
        <p class="note">{line.text}</p>
        {note}
      </>
    );
  }
  return (
    <>
      <div class={`turn ${line.who === "listener" ? "turn--mine" : ""} ${isFirst ? "" : "turn--more"}`}>
        <p class={isFirst ? "turn__who" : "turn__who visually-hidden"}>
          {t(line.who === "seeker" ? "seeker" : "lesson.listener")}
        </p>
        <p class={`bubble bubble--${line.who}`} dir="auto">
          {line.text}
        </p>
      </div>
      {note}
    </>
  );
}

/** Nothing of it is sent or kept: it is for oneself. */
function Exercise({ task, compare }: { task: string; compare: string }) {
  const [isShown, setIsShown] = useState(false);
  const id = useId();
  return (
    <div class="exercise stack stack--3">
      <h3>{t("lesson.exercise")}</h3>
      <p>{task}</p>
      <label class="field">
        <span class="label small">{t("lesson.exercise_label")}</span>
        <textarea class="input" rows={3} />
      </label>
      <button
        class="btn btn--dense"
        type="button"
        aria-expanded={isShown}
        aria-controls={`${id}-compare`}
        onClick={() => setIsShown(!isShown)}
      >
        {t(isShown ? "lesson.compare_hide" : "lesson.compare_show")}
      </button>
      <div id={`${id}-compare`} aria-live="polite">
        {isShown && <p class="exercise__compare">{compare}</p>}
      </div>
    </div>
  );
}
