// Reviews: one's own chats that mentors read, and for mentors those that wait for them.
import { announce } from "../shared/status";
import { Frame } from "../staff/frame";
import { useDoing, useLoaded } from "../staff/loading";
import { type Me, mayAdmin } from "../staff/me";
import { day } from "../staff/say";
import { t } from "../staff/words";
import { Wrong } from "../staff/wrong";
import { reviewHash } from "./addresses";
import {
  type Askable,
  askForReview,
  loadMentoring,
  loadOwnReviews,
  type Mentoring,
  type OwnReviews,
  type ReviewLine,
  takeReview,
} from "./review";
import { chatWords, phaseWords } from "./review-words";
import { useTitle } from "./title";

type Again = () => Promise<void>;

export function Reviews({ person }: { person: Me }) {
  const loaded = useLoaded(loadOwnReviews);
  useTitle(t("learn.reviews"));
  return (
    <div class="stack stack--8">
      <div class="stack stack--3">
        <h1 class="learn__title">{t("learn.reviews")}</h1>
        <p class="lede">{t("reviews.lede")}</p>
        <p class="small soft">{t("reviews.unreviewed")}</p>
      </div>
      <Frame loaded={loaded}>
        {(value) => (
          <>
            {value.is_mentor && <Desk />}
            <Own own={value} again={loaded.again} />
            {mayAdmin(person) && !value.is_mentor && (
              <p>
                <a href="#reviews/agreement">{t("reviews.agreement")}</a>
              </p>
            )}
          </>
        )}
      </Frame>
    </div>
  );
}

function Own({ own, again }: { own: OwnReviews; again: Again }) {
  return (
    <>
      <section class="stack stack--4" aria-labelledby="own-reviews">
        <h2 id="own-reviews">{t("reviews.own")}</h2>
        {own.reviews.length === 0 && <p class="soft">{t("reviews.none")}</p>}
        <ul class="grades">
          {own.reviews.map((one) => (
            <li class="card stack stack--2" key={one.review_id}>
              <h3>
                <a href={reviewHash(one.review_id)}>{chatWords(one)}</a>
              </h3>
              <PhaseChip line={one} />
              <LastWord line={one} />
            </li>
          ))}
        </ul>
      </section>
      <section class="stack stack--4" aria-labelledby="ask">
        <h2 id="ask">{t("reviews.ask_title")}</h2>
        <p class="small soft">{t("reviews.ask_hint", { n: own.words_kept_days })}</p>
        {own.mentors.length === 0 ? (
          <p>{t("reviews.no_mentors")}</p>
        ) : (
          <p class="small">
            {t(own.by_certificate ? "reviews.mentors_are" : "reviews.mentors_by_role", { who: own.mentors.join(", ") })}
          </p>
        )}
        {own.may_ask.length === 0 && <p class="soft">{t("reviews.nothing_to_ask")}</p>}
        <ul class="lines review-asks">
          {own.may_ask.map((one) => (
            <AskLine key={one.subject_id} one={one} again={again} />
          ))}
        </ul>
      </section>
    </>
  );
}

function AskLine({ one, again }: { one: Askable; again: Again }) {
  const doing = useDoing();
  const ask = () =>
    doing.run(async () => {
      await askForReview(one);
      announce(t("reviews.asked"));
      await again();
    });
  return (
    <li>
      <span>
        {chatWords(one)}
        {one.kind === "real" && <span class="small soft"> {t("reviews.they_agreed")}</span>}
      </span>
      <button class="btn btn--dense" type="button" disabled={doing.isDoing} onClick={() => void ask()}>
        {t("reviews.ask")}
        <span class="visually-hidden">: {chatWords(one)}</span>
      </button>
      <Wrong problem={doing.problem} />
    </li>
  );
}

/** For mentors: what has room for them, and what they hold. */
function Desk() {
  const loaded = useLoaded(loadMentoring);
  return (
    <section class="stack stack--4" aria-labelledby="mentoring">
      <div class="row row--spread">
        <h2 id="mentoring">{t("reviews.mentoring")}</h2>
        <a href="#reviews/agreement">{t("reviews.agreement")}</a>
      </div>
      <Frame loaded={loaded}>{(desk) => <DeskLists desk={desk} again={loaded.again} />}</Frame>
    </section>
  );
}

function DeskLists({ desk, again }: { desk: Mentoring; again: Again }) {
  return (
    <>
      <h3>{t("reviews.wait")}</h3>
      <p class="small soft">{t("reviews.wait_hint", { n: desk.take_days })}</p>
      {desk.waiting.length === 0 && <p class="soft">{t("reviews.nothing_waits")}</p>}
      <ul class="lines review-asks">
        {desk.waiting.map((one) => (
          <WaitingLine key={one.review_id} one={one} again={again} />
        ))}
      </ul>
      {desk.mine.length > 0 && (
        <>
          <h3>{t("reviews.yours")}</h3>
          <ul class="grades">
            {desk.mine.map((one) => (
              <li class="card stack stack--2" key={one.review_id}>
                <h4>
                  <a href={reviewHash(one.review_id)}>{chatWords(one)}</a>
                </h4>
                {one.is_handed_in ? (
                  <PhaseChip line={one} />
                ) : (
                  <span class="chip chip--flame">{t("reviews.to_read")}</span>
                )}
                <LastWord line={one} />
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}

function WaitingLine({ one, again }: { one: ReviewLine; again: Again }) {
  const doing = useDoing();
  const take = () =>
    doing.run(async () => {
      try {
        await takeReview(one.review_id);
      } catch (problem) {
        await again();
        throw problem;
      }
      location.hash = reviewHash(one.review_id);
    });
  return (
    <li>
      <span>
        {chatWords(one)} {one.is_first_chats && <span class="chip chip--flame">{t("reviews.first_chats")}</span>}{" "}
        {one.taken > 0 && <span class="chip">{t("reviews.second_wanted")}</span>}
      </span>
      <button class="btn btn--dense" type="button" disabled={doing.isDoing} onClick={() => void take()}>
        {t("reviews.take")}
        <span class="visually-hidden">: {chatWords(one)}</span>
      </button>
      <Wrong problem={doing.problem} />
    </li>
  );
}

export function PhaseChip({ line }: { line: ReviewLine }) {
  return (
    <p>
      <span class={line.phase === "shared" ? "chip chip--calm" : "chip"}>{phaseWords(line.phase)}</span>
    </p>
  );
}

/** Who wrote last in the talk about it. */
function LastWord({ line }: { line: ReviewLine }) {
  if (line.last_by_name === null) return null;
  return (
    <p class="small soft">
      {t("reviews.last", { name: line.last_by_name, day: day(line.last_at_ms ?? line.asked_at_ms) })}
    </p>
  );
}
