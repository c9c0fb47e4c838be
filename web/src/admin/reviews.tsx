import { useCallback, useState } from "preact/hooks";
import { call } from "../shared/http";
import { warningIcon } from "../shared/icon";
import { now } from "../staff/clock";
import { Banner, Field } from "../staff/field";
import { useDoing, useLoaded } from "../staff/loading";
import { CRISIS_SUBJECT, reviewRound } from "../staff/review-note";
import { day, problemWords } from "../staff/say";
import { t, wordFor } from "../staff/words";
import { dayField, endOfDayMs } from "./entries";
import { nameOf } from "./people";

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

const PATH = "/api/admin/clinical-reviews";

async function load(): Promise<Held> {
  const [{ reviews }, { version }] = await Promise.all([
    call<{ reviews: Review[] }>("GET", PATH),
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
      {problem !== null && (
        <Banner kind="caution" icon={warningIcon} isAlert>
          {problemWords(problem)}
        </Banner>
      )}
      {value && <Recorded held={value} />}
      {value && <Record crisisVersion={value.crisisVersion} recorded={again} />}
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

interface RecordProps {
  crisisVersion: string;
  recorded: () => Promise<void>;
}

function Record({ crisisVersion, recorded }: RecordProps) {
  const [reviewer, setReviewer] = useState("");
  const [on, setOn] = useState(() => dayField(now.peek()));
  const [note, setNote] = useState("");
  const doing = useDoing();
  const save = async (event: Event) => {
    event.preventDefault();
    const isDone = await doing.run(async () => {
      await call("POST", PATH, {
        subject: CRISIS_SUBJECT,
        version: crisisVersion,
        reviewer: reviewer.trim(),
        // A review of today ends before this very moment.
        reviewed_at_ms: Math.min(endOfDayMs(on) ?? now.peek(), now.peek()),
        note: note.trim(),
      });
      reviewRound.value += 1;
      await recorded();
    });
    if (isDone) {
      setReviewer("");
      setNote("");
    }
  };
  return (
    <form class="panel panel__body panel--form stack stack--4 texts" onSubmit={save}>
      <h2>{t("review.record")}</h2>
      <p class="small soft">{t("review.record_hint", { version: crisisVersion })}</p>
      {doing.problem !== null && (
        <Banner kind="caution" icon={warningIcon} isAlert>
          {problemWords(doing.problem)}
        </Banner>
      )}
      <Field label={t("review.reviewer")} hint={t("review.reviewer_hint")}>
        {(joined) => (
          <input
            {...joined}
            class="input"
            required
            maxLength={200}
            value={reviewer}
            onInput={(event) => setReviewer(event.currentTarget.value)}
          />
        )}
      </Field>
      <Field label={t("review.day")}>
        {(joined) => (
          <input
            {...joined}
            class="input input--date"
            type="date"
            required
            max={dayField(now.peek())}
            value={on}
            onInput={(event) => setOn(event.currentTarget.value)}
          />
        )}
      </Field>
      <Field label={t("review.note")} soft={t("optional")}>
        {(joined) => (
          <textarea
            {...joined}
            class="input"
            rows={2}
            maxLength={2000}
            value={note}
            onInput={(event) => setNote(event.currentTarget.value)}
          />
        )}
      </Field>
      <button class="btn btn--main btn--dense" type="submit">
        {t("review.do")}
      </button>
    </form>
  );
}
