// A mentor's reading by the rubric, apart from the other mentor.
import { useState } from "preact/hooks";
import { thisTab } from "../shared/safe-storage";
import { announce } from "../shared/status";
import { useDoing } from "../staff/loading";
import { LongField } from "../staff/long-field";
import { day } from "../staff/say";
import { t } from "../staff/words";
import { Wrong } from "../staff/wrong";
import { handBack, handIn, type Levels, type Review, type RubricItem } from "./review";

const COMMENT_MAX = 4000;

interface Draft {
  levels: Levels;
  helped: string;
  toTry: string;
}

/** What was begun stays in this tab until it is handed in: reading takes longer than a tab's peace. */
const draftKey = (reviewId: string): string => `tealight.review.${reviewId}`;

function draftOf(reviewId: string): Draft {
  const kept = thisTab.getItem(draftKey(reviewId));
  return kept === null ? { levels: {}, helped: "", toTry: "" } : (JSON.parse(kept) as Draft);
}

export function ReadingForm({ review, again }: { review: Review; again: () => Promise<void> }) {
  const { review_id: id } = review.line;
  const [draft, setDraft] = useState(() => draftOf(id));
  const [isMissing, setIsMissing] = useState(false);
  const doing = useDoing();
  const keep = (more: Partial<Draft>) => {
    const next = { ...draft, ...more };
    setDraft(next);
    thisTab.setItem(draftKey(id), JSON.stringify(next));
  };
  const send = (event: Event) => {
    event.preventDefault();
    const first = review.rubric.items.find((item) => !(item.id in draft.levels));
    setIsMissing(first !== undefined);
    if (first) {
      document.getElementById(`item-${first.id}`)?.scrollIntoView({ block: "start" });
      return;
    }
    void doing.run(async () => {
      await handIn(id, draft.levels, draft.helped, draft.toTry);
      thisTab.removeItem(draftKey(id));
      announce(t("reviews.handed_in"));
      await again();
    });
  };
  const leave = () =>
    doing.run(async () => {
      await handBack(id);
      thisTab.removeItem(draftKey(id));
      location.hash = "#reviews";
    });
  return (
    <form class="stack stack--6" onSubmit={send} aria-labelledby="reading">
      <div class="stack stack--2">
        <h2 id="reading">{review.rubric.title}</h2>
        <p class="small soft">{review.rubric.notice}</p>
        <p class="small">{t("reviews.apart")}</p>
        {review.due_at_ms !== null && <p class="small soft">{t("reviews.due", { day: day(review.due_at_ms) })}</p>}
      </div>
      {review.rubric.items.map((item) => (
        <ItemLevels
          key={item.id}
          item={item}
          chosen={draft.levels[item.id]}
          isMissing={isMissing && !(item.id in draft.levels)}
          mayBeUnseen
          choose={(level) => keep({ levels: { ...draft.levels, [item.id]: level } })}
        />
      ))}
      <LongField
        label={t("reviews.helped")}
        hint={t("reviews.helped_hint")}
        rows={4}
        maxLength={COMMENT_MAX}
        isRequired
        value={draft.helped}
        change={(helped) => keep({ helped })}
      />
      <LongField
        label={t("reviews.to_try")}
        soft={t("optional")}
        hint={t("reviews.to_try_hint")}
        rows={4}
        maxLength={COMMENT_MAX}
        value={draft.toTry}
        change={(toTry) => keep({ toTry })}
      />
      {isMissing && (
        <p class="error" role="alert">
          {t("reviews.each_item")}
        </p>
      )}
      <Wrong problem={doing.problem} />
      <div class="row">
        <button class="btn btn--main" type="submit" disabled={doing.isDoing}>
          {t("reviews.hand_in")}
        </button>
        <button class="btn btn--quiet" type="button" onClick={() => void leave()}>
          {t("reviews.hand_back")}
        </button>
      </div>
    </form>
  );
}

interface ItemProps {
  item: RubricItem;
  chosen: number | null | undefined;
  choose: (level: number | null) => void;
  isMissing?: boolean;
  mayBeUnseen?: boolean;
}

/** One item: its question, and a choice of what the chat looked like. */
export function ItemLevels({ item, chosen, choose, isMissing, mayBeUnseen }: ItemProps) {
  const id = `item-${item.id}`;
  const choices: { level: number | null; text: string }[] = item.anchors.map((text, level) => ({ level, text }));
  if (mayBeUnseen) choices.push({ level: null, text: t("reviews.not_seen") });
  return (
    <fieldset class="answers" id={id} aria-describedby={`${id}-question`}>
      <legend class="test__legend">{item.title}</legend>
      <p class="hint" id={`${id}-question`}>
        {item.question}
      </p>
      <div class="stack stack--2">
        {choices.map(({ level, text }) => (
          <label class="choice answer" key={String(level)}>
            <input type="radio" name={id} checked={chosen === level} onChange={() => choose(level)} />
            <span class="answer__text">
              <span class="answer__box answer__box--round" />
              <span class={level === null ? "soft" : undefined}>{text}</span>
            </span>
          </label>
        ))}
      </div>
      {isMissing && <p class="error">{t("reviews.choose_one")}</p>}
    </fieldset>
  );
}
