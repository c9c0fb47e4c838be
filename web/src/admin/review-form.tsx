import { useState } from "preact/hooks";
import { call } from "../shared/http";
import { now } from "../staff/clock";
import { PastDay, Remark } from "../staff/dated";
import { Field } from "../staff/field";
import { useDoing } from "../staff/loading";
import { t } from "../staff/words";
import { WrongBanner } from "../staff/wrong";
import { dayField, endOfDayMs } from "./entries";

export const REVIEWS_PATH = "/api/admin/clinical-reviews";

interface Props {
  title: string;
  /** What was reviewed, and which version of it. */
  subject: string;
  version: string;
  recorded: () => Promise<void>;
}

/** Who may judge what is clinical here and has read this version; only admins may record it. */
export function ReviewForm({ title, subject, version, recorded }: Props) {
  const [reviewer, setReviewer] = useState("");
  const [on, setOn] = useState(() => dayField(now.peek()));
  const [note, setNote] = useState("");
  const doing = useDoing();
  const save = async (event: Event) => {
    event.preventDefault();
    const isDone = await doing.run(async () => {
      await call("POST", REVIEWS_PATH, {
        subject,
        version,
        reviewer: reviewer.trim(),
        // A review of today ends before this very moment.
        reviewed_at_ms: Math.min(endOfDayMs(on) ?? now.peek(), now.peek()),
        note: note.trim(),
      });
      await recorded();
    });
    if (isDone) {
      setReviewer("");
      setNote("");
    }
  };
  return (
    <form class="panel panel__body panel--form stack stack--4 texts" onSubmit={save}>
      <h2>{title}</h2>
      <p class="small soft">{t("review.record_hint", { version })}</p>
      <WrongBanner problem={doing.problem} />
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
      <PastDay label={t("review.day")} value={on} change={setOn} />
      <Remark label={t("review.note")} value={note} change={setNote} />
      <button class="btn btn--main btn--dense" type="submit">
        {t("review.do")}
      </button>
    </form>
  );
}
