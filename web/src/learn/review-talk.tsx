// The talk about a review: among its mentors, or with the listener.
import { useId, useState } from "preact/hooks";
import { Icon, sendIcon } from "../shared/icon";
import { announce } from "../shared/status";
import { useDoing } from "../staff/loading";
import { LongField } from "../staff/long-field";
import { dayAndClock } from "../staff/say";
import { t } from "../staff/words";
import { Wrong } from "../staff/wrong";
import { type Review, sendWords } from "./review";

interface Props {
  review: Review;
  isAmongMentors: boolean;
  again: () => Promise<void>;
}

export function Talk({ review, isAmongMentors, again }: Props) {
  const [text, setText] = useState("");
  const doing = useDoing();
  const id = useId();
  const said = review.words.filter((one) => one.is_among_mentors === isAmongMentors);
  const send = (event: Event) => {
    event.preventDefault();
    void doing.run(async () => {
      await sendWords(review.line.review_id, text, isAmongMentors);
      setText("");
      announce(t("reviews.sent"));
      await again();
    });
  };
  return (
    <section class="stack stack--4" aria-labelledby={id}>
      <div class="stack stack--1">
        <h2 id={id}>{t(isAmongMentors ? "reviews.among_mentors" : "reviews.talk")}</h2>
        <p class="small soft">{t(isAmongMentors ? "reviews.among_hint" : "reviews.talk_hint")}</p>
      </div>
      {said.length > 0 && (
        <div class="chat-lines review__talk">
          {said.map((one, index) => (
            <div class={`turn ${one.is_mine ? "turn--mine" : ""}`} key={index}>
              <p class="turn__who">
                {one.is_mine ? t("practice.you") : one.by_name} <time>{dayAndClock(one.at_ms)}</time>
              </p>
              <p class={`bubble ${one.is_mine ? "bubble--listener" : "bubble--seeker"}`} dir="auto">
                {one.text}
              </p>
            </div>
          ))}
        </div>
      )}
      <form class="stack stack--3" onSubmit={send}>
        <LongField label={t("reviews.write")} rows={3} maxLength={4000} isRequired value={text} change={setText} />
        <Wrong problem={doing.problem} />
        <div>
          <button class="btn btn--dense" type="submit" disabled={doing.isDoing}>
            <Icon of={sendIcon} />
            {t(isAmongMentors ? "reviews.send_mentor" : "reviews.send")}
          </button>
        </div>
      </form>
    </section>
  );
}
