import { useCallback } from "preact/hooks";
import { call } from "../shared/http";
import { useLoaded } from "../staff/loading";
import { CRISIS_SUBJECT, reviewRound } from "../staff/review-note";
import { day } from "../staff/say";
import { t, wordFor } from "../staff/words";
import { WrongBanner } from "../staff/wrong";
import { nameOf } from "./people";
import { REVIEWS_PATH, ReviewForm } from "./review-form";

interface Review {
  review_id: string;
  subject: string;
  version: string;
  reviewer: string;
  reviewed_at_ms: number;
  note: string;
  recorded_by: string;
  recorded_at_ms: number;
}

interface Held {
  reviews: Review[];
  crisisVersion: string;
}

async function load(): Promise<Held> {
  const [{ reviews }, { version }] = await Promise.all([
    call<{ reviews: Review[] }>("GET", REVIEWS_PATH),
    call<{ version: string }>("GET", "/api/crisis"),
  ]);
  return { reviews, crisisVersion: version };
}

export function Reviews() {
  const { value, problem, again } = useLoaded(useCallback(load, []));
  return (
    <div class="stack">
      <div class="staff-title">
        <div>
          <h1>{t("admin.reviews")}</h1>
          <p class="soft">{t("review.hint")}</p>
        </div>
      </div>
      <WrongBanner problem={problem} />
      {value && <Recorded held={value} />}
      {value && (
        <ReviewForm
          title={t("review.record")}
          subject={CRISIS_SUBJECT}
          version={value.crisisVersion}
          recorded={async () => {
            reviewRound.value += 1;
            await again();
          }}
        />
      )}
    </div>
  );
}

function Recorded({ held }: { held: Held }) {
  if (held.reviews.length === 0) return <p class="soft">{t("review.none")}</p>;
  return (
    <section class="panel">
      <table class="table table--stack">
        <caption>{t("review.list")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("review.subject")}</th>
            <th scope="col">{t("review.version")}</th>
            <th scope="col">{t("review.reviewer")}</th>
            <th scope="col">{t("review.day")}</th>
            <th scope="col">{t("review.note")}</th>
            <th scope="col">{t("review.recorded_by")}</th>
          </tr>
        </thead>
        <tbody>
          {held.reviews.map((one) => (
            <tr key={one.review_id}>
              <th scope="row">{wordFor("review_subject", one.subject, "unknown_code")}</th>
              <td data-label={t("review.version")}>
                <span class="figures">{one.version}</span>
                {one.subject === CRISIS_SUBJECT && one.version !== held.crisisVersion && (
                  <span class="chip chip--caution">{t("review.changed_since")}</span>
                )}
              </td>
              <td data-label={t("review.reviewer")}>{one.reviewer}</td>
              <td data-label={t("review.day")} class="nowrap">
                {day(one.reviewed_at_ms)}
              </td>
              <td data-label={t("review.note")}>{one.note || <span class="soft">{t("none")}</span>}</td>
              <td data-label={t("review.recorded_by")}>{nameOf(one.recorded_by)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
