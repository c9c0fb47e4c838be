import { checkIcon, closeIcon, Icon } from "../shared/icon";
import { t } from "../staff/words";
import { BlockView, ChatLines, type Context } from "./blocks";
import type { LookedLesson, LookedQuestion } from "./writing";

/** A lesson as people will read it, and its questions with their key. */
export function Look({ lesson, courseId, isBank }: { lesson: LookedLesson; courseId: string; isBank: boolean }) {
  if (isBank) {
    return (
      <ol class="stack stack--6">
        {lesson.questions.map((one) => (
          <li class="stack stack--3" key={one.id}>
            <Question question={one} />
          </li>
        ))}
      </ol>
    );
  }
  const context: Context = {
    courseId,
    numberOf: (id) => lesson.sources.findIndex((one) => one.id === id) + 1,
    titleOf: (id) => id,
  };
  return (
    <div class="prose lesson">
      <h2 class="voice">{lesson.title}</h2>
      <p class="soft">{lesson.summary}</p>
      <p class="small soft">{t("learn.minutes", { n: lesson.minutes })}</p>
      {lesson.sections.map((section, index) => (
        <section class="lesson__section" key={index}>
          {section.title && <h2>{section.title}</h2>}
          {section.blocks.map((block, at) => (
            <BlockView key={at} block={block} context={context} />
          ))}
        </section>
      ))}
      <ul class="small">
        {lesson.remember.map((one, index) => (
          <li key={index}>{one}</li>
        ))}
      </ul>
    </div>
  );
}

function Question({ question }: { question: LookedQuestion }) {
  return (
    <>
      {question.chat && question.chat.length > 0 && (
        <div class="example">
          <ChatLines lines={question.chat} />
        </div>
      )}
      <p class="test__prompt">{question.prompt}</p>
      <ul class="stack stack--2">
        {(question.options ?? []).map((option) => {
          const isRight = (option.worth ?? 0) === 1 || option.place !== undefined;
          return (
            <li class={`judged ${isRight ? "judged--right" : ""}`} key={option.id}>
              <Icon of={isRight ? checkIcon : closeIcon} />
              <span>
                {option.place !== undefined && `${option.place}. `}
                {option.text}
                <br />
                <span class="soft small">{option.feedback}</span>
              </span>
            </li>
          );
        })}
      </ul>
      {(question.model ?? []).map((one, index) => (
        <p class="bubble bubble--model" key={index}>
          {one}
        </p>
      ))}
      {question.explanation && <p class="small">{question.explanation}</p>}
    </>
  );
}
