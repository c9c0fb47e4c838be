// What was reported of chats: what nobody has read yet comes first. Each look at the words is noted, for everybody to see.
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { call } from "../shared/http";
import { announce } from "../shared/status";
import { useDoing, useLoaded } from "../staff/loading";
import { dayAndClock, problemWords } from "../staff/say";
import { t, wordFor } from "../staff/words";

interface Report {
  chat_id: string;
  by: string;
  by_role: string;
  by_name: string | null;
  about_name: string | null;
  at_ms: number;
  reason: string;
  is_blocked: boolean;
  has_words: boolean;
  read_by: string[];
}

/** No push tells of a report; the board is open all night. */
const AGAIN_EVERY_MS = 20_000;
/** Without asking for more, beside all that nobody has read. */
const FIRST = 3;

/** `reports`, or what seekers wrote after their chats (`comments`), of which nobody has to read each one. */
export function Reports({ kind }: { kind: "reports" | "comments" }) {
  const isUrgent = kind === "reports";
  const load = useCallback(() => call<{ reports: Report[] }>("GET", `/api/supervise/${kind}`), [kind]);
  const { value, problem, again } = useLoaded(load);
  useEffect(() => {
    const ticking = setInterval(() => void again(), AGAIN_EVERY_MS);
    return () => clearInterval(ticking);
  }, [again]);
  const reports = value?.reports ?? [];
  const unread = reports.filter((one) => isUrgent && one.read_by.length === 0);
  const before = useRef(0);
  useEffect(() => {
    if (unread.length > before.current) announce(t("reports.unread", { n: unread.length }));
    before.current = unread.length;
  }, [unread.length]);
  const [isAll, setIsAll] = useState(false);
  // What is read stays where it stands until the page is loaded anew: a row that jumps away can't be read.
  const first = useRef(new Set<string>());
  for (const one of unread) first.current.add(keyOf(one));
  if (reports.length === 0 && problem === null) return null;
  const sorted = [
    ...reports.filter((one) => first.current.has(keyOf(one))),
    ...reports.filter((one) => !first.current.has(keyOf(one))),
  ];
  const shown = isAll ? sorted : sorted.slice(0, Math.max(FIRST, first.current.size));
  return (
    <section class="span-12 panel">
      <table class="table table--stack">
        <caption>{t(isUrgent ? "reports.title" : "comments.title")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("reports.at")}</th>
            <th scope="col">{t("reports.who")}</th>
            <th scope="col">{t("reports.why")}</th>
            <th scope="col">{t("reports.words")}</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((report) => (
            <Row key={keyOf(report)} report={report} again={again} />
          ))}
        </tbody>
      </table>
      {sorted.length > shown.length && (
        <p class="panel__note">
          <button class="btn btn--dense" type="button" onClick={() => setIsAll(true)}>
            {t(isUrgent ? "reports.all" : "comments.all", { n: sorted.length })}
          </button>
        </p>
      )}
      {problem !== null && <p class="small panel__note">{problemWords(problem)}</p>}
      <p class="small soft panel__note">{t(isUrgent ? "reports.hint" : "comments.hint")}</p>
    </section>
  );
}

function keyOf(report: Report): string {
  return `${report.chat_id} ${report.by}`;
}

function Row({ report, again }: { report: Report; again: () => Promise<void> }) {
  const doing = useDoing();
  const [words, setWords] = useState<string | null>(null);
  const read = () =>
    doing.run(async () => {
      const path = `/api/supervise/reports/${encodeURIComponent(report.chat_id)}/${encodeURIComponent(report.by)}/readings`;
      setWords((await call<{ words: string }>("POST", path)).words);
      await again();
    });
  const isBySeeker = report.by_role === "seeker";
  const name = (isBySeeker ? report.about_name : report.by_name) ?? t("reports.somebody");
  return (
    <tr>
      <th scope="row" class="figures">
        {dayAndClock(report.at_ms)}
      </th>
      <td data-label={t("reports.who")}>{t(isBySeeker ? "reports.by_seeker" : "reports.by_listener", { name })}</td>
      <td data-label={t("reports.why")}>
        {wordFor("report_reason", report.reason, "unknown_code")}
        {report.is_blocked && <p class="tiny soft">{t("reports.blocked")}</p>}
      </td>
      <td data-label={t("reports.words")}>
        <div class="stack stack--1">
          {words === null ? (
            <div class="row row--tight">
              {report.read_by.length === 0 && <span class="chip chip--flame">{t("reports.new")}</span>}
              <button class="btn btn--dense" type="button" disabled={doing.isDoing} onClick={() => void read()}>
                {t(report.has_words ? "reports.read" : "reports.take")}
                <span class="visually-hidden"> {t("reports.read_which", { clock: dayAndClock(report.at_ms) })}</span>
              </button>
            </div>
          ) : (
            <p class={words === "" ? "soft" : "bubble bubble--seeker"} dir="auto" role="status">
              {words === "" ? t("reports.no_words") : words}
            </p>
          )}
          {report.read_by.length > 0 && (
            <span class="tiny soft">{t("reports.read_by", { names: report.read_by.join(", ") })}</span>
          )}
          {doing.problem !== null && (
            <span class="error" role="alert">
              {problemWords(doing.problem)}
            </span>
          )}
        </div>
      </td>
    </tr>
  );
}
