import { useEffect, useRef } from "preact/hooks";
import { announce } from "../shared/status";
import { now } from "../staff/clock";
import { ageName, languageName, span, topicName } from "../staff/say";
import { t, wordFor } from "../staff/words";
import { offerTime } from "./offer-clock";
import type { Offers, ShownOffer } from "./offers";
import { hasAltKeys } from "./settings";

/** Below this "waited 3 seconds" says nothing. */
const MOMENT_S = 10;

export function OfferCard({ offers, isPractice }: { offers: Offers; isPractice: boolean }) {
  const shown = offers.shown.value;
  if (!shown) return <Gone offers={offers} />;
  if (shown.phase === "held") return <Held />;
  return <Open offers={offers} shown={shown} isPractice={isPractice} />;
}

function Open({ offers, shown, isPractice }: { offers: Offers; shown: ShownOffer; isPractice: boolean }) {
  const { offer } = shown;
  const time = offerTime(shown.firstSeenMs, offer.deadline_ms, now.value);
  const isAnswering = shown.phase === "answering";
  useEffect(() => announce(t("offer.status", { n: time.seconds })), [offer.offer_id]);
  return (
    <section class="offer" aria-labelledby="offer-title" data-region="offer">
      <div class="offer__head">
        <Ring seconds={time.seconds} gone={time.gone} />
        <div>
          {isPractice && <span class="chip chip--practice">{t("practice.mark")}</span>}
          <h2 id="offer-title">{t(offer.is_return ? "offer.return_title" : "offer.title")}</h2>
          <p class="small soft">
            {offer.waited_s < MOMENT_S ? t("offer.came_now") : t("offer.waited", { span: span(offer.waited_s * 1000) })}
          </p>
        </div>
      </div>
      <dl class="offer__facts">
        <dt>{t("offer.about")}</dt>
        <dd>{offer.topics.length > 0 ? offer.topics.map(topicName).join(", ") : t("offer.no_topic")}</dd>
        <dt>{t("offer.language")}</dt>
        <dd>{languageName(offer.language)}</dd>
        <dt>{t("offer.age")}</dt>
        <dd>{ageName(offer.age_band)}</dd>
        {offer.distress != null && (
          <>
            <dt class="keep">{t("offer.heavy")}</dt>
            <dd>{t("of_five", { n: offer.distress })}</dd>
          </>
        )}
      </dl>
      <div class="offer__answer">
        <button
          class="btn btn--main"
          type="button"
          aria-disabled={isAnswering || time.isOver ? "true" : undefined}
          aria-keyshortcuts={hasAltKeys.value ? "Alt+A" : undefined}
          onClick={() => void offers.answer(true)}
        >
          {t("offer.accept")}
        </button>
        <button
          class="btn"
          type="button"
          aria-disabled={isAnswering || time.isOver ? "true" : undefined}
          aria-keyshortcuts={hasAltKeys.value ? "Alt+P" : undefined}
          onClick={() => void offers.answer(false)}
        >
          {t("offer.pass")}
        </button>
      </div>
      {hasAltKeys.value && (
        <p class="tiny soft offer__keys" aria-hidden="true">
          <kbd>Alt A</kbd> {t("offer.accept")} <kbd>Alt P</kbd> {t("offer.pass")}
        </p>
      )}
    </section>
  );
}

function Ring({ seconds, gone }: { seconds: number; gone: number }) {
  const circle = useRef<SVGCircleElement>(null);
  // Through the style object: the page's policy forbids style attributes.
  useEffect(() => circle.current?.style.setProperty("--gone", String(gone)), [gone]);
  return (
    <div class="ring" role="timer" aria-label={t("offer.left", { n: seconds })}>
      <svg viewBox="0 0 64 64" aria-hidden="true">
        <circle cx="32" cy="32" r="27" />
        <circle class="ring__left" ref={circle} cx="32" cy="32" r="27" pathLength={100} />
      </svg>
      <span aria-hidden="true">{seconds}</span>
    </div>
  );
}

function Held() {
  return (
    <section class="offer" aria-labelledby="offer-held" data-region="offer">
      <h2 id="offer-held">{t("offer.held")}</h2>
      <p class="small soft">{t("offer.held_hint")}</p>
    </section>
  );
}

function Gone({ offers }: { offers: Offers }) {
  const reason = offers.gone.value;
  if (!reason) return null;
  return (
    <section class="card card--flat stack stack--2 offer-gone" role="status">
      <p class="small">{wordFor("offer_gone", reason, "offer_gone.other")}</p>
      <button class="btn btn--dense" type="button" onClick={() => offers.dismissGone()}>
        {t("understood")}
      </button>
    </section>
  );
}
