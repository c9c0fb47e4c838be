// What mentors found, in the rubric's words and their own; and settling what they saw far apart.
import { useState } from "preact/hooks";
import { downIcon, Icon } from "../shared/icon";
import { announce } from "../shared/status";
import { useDoing } from "../staff/loading";
import { t } from "../staff/words";
import { type OneReading, type Review, type RubricItem, shareReview } from "./review";
import { Wrong } from "./review-list";
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
          <Table review={review} />
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

function Table({ review }: { review: Review }) {
  const hasSettled = Object.keys(review.settled).length > 0;
  return (
    <table class="table table--stack review__items">
      <caption class="visually-hidden">{t("reviews.item_by_item")}</caption>
      <thead>
        <tr>
          <th scope="col">{t("reviews.item")}</th>
          {review.readings.map((one) => (
            <th scope="col" key={one.mentor_name}>
              {nameOf(one)}
            </th>
          ))}
          {hasSettled && <th scope="col">{t("reviews.settled")}</th>}
        </tr>
      </thead>
      <tbody>
        {review.rubric.items.map((item) => (
          <tr key={item.id}>
            <th scope="row">{item.title}</th>
            {review.readings.map((one) => (
              <td key={one.mentor_name} data-label={nameOf(one)}>
                {levelWords(item, one.levels[item.id])}
              </td>
            ))}
            {hasSettled && (
              <td data-label={t("reviews.settled")}>
                {item.id in review.settled ? levelWords(item, review.settled[item.id]) : null}
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
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
      {doing.problem !== null && <Wrong problem={doing.problem} />}
      <div>
        <button class="btn btn--main" type="submit" disabled={doing.isDoing}>
          {t("reviews.share")}
        </button>
      </div>
    </form>
  );
}
