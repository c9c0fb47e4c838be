// What mentors found, in the rubric's words and their own; and settling what they saw far apart.
import { useState } from "preact/hooks";
import { downIcon, Icon } from "../shared/icon";
import { announce } from "../shared/status";
import { useDoing } from "../staff/loading";
import { t } from "../staff/words";
import { Wrong } from "../staff/wrong";
import { type OneReading, type Review, type RubricItem, shareReview } from "./review";
import { ItemLevels } from "./review-reading";

export function Found({ review }: { review: Review }) {
  return (
    <section class="stack stack--4" aria-labelledby="found">
      <h2 id="found">{t("reviews.found")}</h2>
      {review.readings.map((one) => (
        <div class="card stack stack--3" key={one.mentor_name}>
          <h3>{one.is_mine ? t("reviews.you_wrote") : one.mentor_name}</h3>
          <Words title={t("reviews.helped")} text={one.helped} />
          <Words title={t("reviews.to_try")} text={one.to_try} />
        </div>
      ))}
      <details class="fold">
        <summary>
          {t("reviews.item_by_item")}
          <Icon of={downIcon} />
        </summary>
        <div class="fold__body">
          <p class="small soft">{t("reviews.no_marks")}</p>
          <Items review={review} />
        </div>
      </details>
    </section>
  );
}

function Words({ title, text }: { title: string; text: string }) {
  if (text === "") return null;
  return (
    <div>
      <h4 class="small soft">{title}</h4>
      <p class="certificate__words" dir="auto">
        {text}
      </p>
    </div>
  );
}

const nameOf = (one: OneReading): string => (one.is_mine ? t("by_yourself") : one.mentor_name);

function levelWords(item: RubricItem, level: number | null | undefined): string {
  return (level === null || level === undefined ? undefined : item.anchors[level]) ?? t("reviews.not_seen");
}

function Items({ review }: { review: Review }) {
  return (
    <ul class="review__items stack stack--4">
      {review.rubric.items.map((item) => (
        <li key={item.id}>
          <h3>{item.title}</h3>
          {foundOf(item, review.readings).map(({ who, text }) => (
            <Line key={who} who={who} text={text} />
          ))}
          {item.id in review.settled && (
            <Line who={t("reviews.settled")} text={levelWords(item, review.settled[item.id])} />
          )}
        </li>
      ))}
    </ul>
  );
}

function Line({ who, text }: { who: string; text: string }) {
  return (
    <p>
      <span class="small soft">{who}</span>
      <br />
      {text}
    </p>
  );
}

/** What each saw, or once what both saw. */
function foundOf(item: RubricItem, readings: OneReading[]): { who: string; text: string }[] {
  const [first, ...others] = readings;
  if (first && others.length > 0 && others.every((one) => one.levels[item.id] === first.levels[item.id])) {
    return [{ who: t("reviews.both"), text: levelWords(item, first.levels[item.id]) }];
  }
  return readings.map((one) => ({ who: nameOf(one), text: levelWords(item, one.levels[item.id]) }));
}

/** Sharing with the listener, with one level for each item that two mentors saw far apart. */
export function Settling({ review, again }: { review: Review; again: () => Promise<void> }) {
  const [settled, setSettled] = useState<Record<string, number>>({});
  const [isMissing, setIsMissing] = useState(false);
  const doing = useDoing();
  const apart = review.rubric.items.filter((item) => review.far_apart.includes(item.id));
  const send = (event: Event) => {
    event.preventDefault();
    const isOpen = apart.some((item) => !(item.id in settled));
    setIsMissing(isOpen);
    if (isOpen) return;
    void doing.run(async () => {
      await shareReview(review.line.review_id, settled);
      announce(t("reviews.shared"));
      await again();
    });
  };
  return (
    <form class="card card--lit stack stack--4" onSubmit={send} aria-labelledby="share">
      <h2 id="share">{t("reviews.share_title")}</h2>
      <p class="small">{t(apart.length > 0 ? "reviews.settle_hint" : "reviews.share_hint")}</p>
      {apart.map((item) => (
        <ItemLevels
          key={item.id}
          item={item}
          chosen={settled[item.id]}
          isMissing={isMissing && !(item.id in settled)}
          choose={(level) => {
            if (level !== null) setSettled({ ...settled, [item.id]: level });
          }}
        />
      ))}
      <Wrong problem={doing.problem} />
      <div>
        <button class="btn btn--main" type="submit" disabled={doing.isDoing}>
          {t("reviews.share")}
        </button>
      </div>
    </form>
  );
}
