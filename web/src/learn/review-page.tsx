// One review: the chat, and beside it what a mentor writes or what was found and said.
import { useCallback, useState } from "preact/hooks";
import { backIcon, Icon } from "../shared/icon";
import { Frame } from "../staff/frame";
import { useDoing, useLoaded } from "../staff/loading";
import { t } from "../staff/words";
import { Wrong } from "../staff/wrong";
import { loadReview, type Review, takeBack } from "./review";
import { Found, Settling } from "./review-found";
import { PhaseChip } from "./review-list";
import { ReadingForm } from "./review-reading";
import { Talk } from "./review-talk";
import { chatWords } from "./review-words";
import { useTitle } from "./title";

export function ReviewPage({ reviewId }: { reviewId: string }) {
  const load = useCallback(() => loadReview(reviewId), [reviewId]);
  const loaded = useLoaded(load);
  useTitle(t("learn.reviews"));
  return (
    <div class="stack stack--6">
      <a class="btn btn--dense btn--quiet btn--plain back" href="#reviews">
        <Icon of={backIcon} points />
        {t("reviews.back")}
      </a>
      <Frame loaded={loaded}>{(review) => <View review={review} again={loaded.again} />}</Frame>
    </div>
  );
}

function View({ review, again }: { review: Review; again: () => Promise<void> }) {
  const { line, role } = review;
  const isShared = line.phase === "shared";
  return (
    <>
      <header class="stack stack--2">
        <h1 class="learn__title">{chatWords(line)}</h1>
        {role !== "listener" && (
          <p class="soft">
            {review.person_name === null ? t("reviews.nameless") : t("reviews.whose", { name: review.person_name })}
          </p>
        )}
        <PhaseChip line={line} />
      </header>
      <div class="review">
        <Transcript review={review} />
        <div class="stack stack--6 review__side">
          {role === "reader" && <ReadingForm review={review} again={again} />}
          {role === "listener" && !isShared && <p>{t("reviews.wait_for_them")}</p>}
          {role !== "reader" && review.readings.length > 0 && <Found review={review} />}
          {role === "mentor" && <ForMentors review={review} again={again} />}
          {isShared && <Talk review={review} isAmongMentors={false} again={again} />}
          {role === "listener" && <TakeBack reviewId={line.review_id} />}
        </div>
      </div>
    </>
  );
}

function ForMentors({ review, again }: { review: Review; again: () => Promise<void> }) {
  const seesAll = review.line.phase === "talking" || review.line.phase === "shared";
  return (
    <>
      {!seesAll && !review.may_share && <p>{t("reviews.wait_for_second")}</p>}
      {seesAll && review.readings.length > 1 && <Talk review={review} isAmongMentors again={again} />}
      {review.may_share && <Settling review={review} again={again} />}
    </>
  );
}

function Transcript({ review }: { review: Review }) {
  const whose = (who: string) => {
    if (who === "seeker") return t(review.line.kind === "practice" ? "reviews.partner" : "seeker");
    return t(review.role === "listener" ? "practice.you" : "lesson.listener");
  };
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a long chat scrolls in itself, and must by keyboard, too
    <section class="stack stack--3" aria-labelledby="chat" tabIndex={0}>
      <h2 id="chat">{t("reviews.chat")}</h2>
      {review.lines === null ? (
        <p class="soft">{t("reviews.words_gone")}</p>
      ) : (
        <div class="example practised__log">
          <div class="chat-lines">
            {review.lines.map((line, index) => {
              if (line.who === "other_listener") return <p class="note">{t("reviews.other_listener")}</p>;
              if (line.text.trim() === "") return <p class="note">{t("practice.silence")}</p>;
              const isMore = review.lines?.[index - 1]?.who === line.who;
              return (
                <div class={`turn ${line.who === "listener" ? "turn--mine" : ""} ${isMore ? "turn--more" : ""}`}>
                  {!isMore && <p class="turn__who">{whose(line.who)}</p>}
                  <p class={`bubble bubble--${line.who}`} dir="auto">
                    {line.text}
                  </p>
                </div>
              );
            })}
          </div>
        </div>
      )}
    </section>
  );
}

/** Two steps: what goes here can't be brought back. */
function TakeBack({ reviewId }: { reviewId: string }) {
  const [isOpen, setIsOpen] = useState(false);
  const doing = useDoing();
  const remove = () =>
    doing.run(async () => {
      await takeBack(reviewId);
      location.hash = "#reviews";
    });
  return (
    <footer class="practised__end stack stack--3">
      <Wrong problem={doing.problem} />
      {isOpen ? (
        <>
          <p>{t("reviews.take_back_sure")}</p>
          <div class="row row--tight">
            <button class="btn btn--dense btn--danger-fill" type="button" onClick={() => void remove()}>
              {t("reviews.take_back")}
            </button>
            <button class="btn btn--dense" type="button" onClick={() => setIsOpen(false)}>
              {t("reviews.leave_it")}
            </button>
          </div>
        </>
      ) : (
        <div>
          <button class="btn btn--dense btn--quiet" type="button" onClick={() => setIsOpen(true)}>
            {t("reviews.take_back")}
          </button>
        </div>
      )}
    </footer>
  );
}
