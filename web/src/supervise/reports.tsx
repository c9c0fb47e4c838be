// What was reported of chats: what nobody has read or handled yet comes first. Each look at the words is noted.
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { call } from "../shared/http";
import { downIcon, Icon } from "../shared/icon";
import { announce } from "../shared/status";
import { useLoaded } from "../staff/loading";
import { countOpenReports } from "../staff/open-reports";
import { problemWords } from "../staff/say";
import { t } from "../staff/words";
import { type Report, ReportRow } from "./report-row";

/** No push tells of a report; the board is open all night. */
const AGAIN_EVERY_MS = 20_000;
/** Without asking for more, beside all that nobody has read. */
const FIRST = 3;

/** `reports`, or what seekers wrote after their chats (`comments`), of which nobody has to read each one. */
export function Reports({ kind }: { kind: "reports" | "comments" }) {
  const isUrgent = kind === "reports";
  const load = useCallback(() => {
    if (kind === "reports") void countOpenReports();
    return call<{ reports: Report[] }>("GET", `/api/supervise/${kind}`);
  }, [kind]);
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
  // What is read or handled stays where it stands until the page is loaded anew: a row that jumps away can't be read.
  const first = useRef(new Set<string>());
  const open = useRef(new Set<string>());
  for (const one of reports) if (!isUrgent || one.handled === null) open.current.add(keyOf(one));
  for (const one of unread) if (open.current.has(keyOf(one))) first.current.add(keyOf(one));
  if (reports.length === 0 && problem === null) return null;
  const standing = reports.filter((one) => open.current.has(keyOf(one)));
  const sorted = [
    ...standing.filter((one) => first.current.has(keyOf(one))),
    ...standing.filter((one) => !first.current.has(keyOf(one))),
  ];
  const shown = isAll ? sorted : sorted.slice(0, Math.max(FIRST, first.current.size));
  const handled = reports.filter((one) => !open.current.has(keyOf(one)));
  return (
    <section class="span-12 panel">
      <Table caption={t(isUrgent ? "reports.title" : "comments.title")} reports={shown} kind={kind} again={again} />
      {isUrgent && standing.length === 0 && problem === null && (
        <p class="small soft panel__note">{t("reports.none_open")}</p>
      )}
      {sorted.length > shown.length && (
        <p class="panel__note">
          <button class="btn btn--dense" type="button" onClick={() => setIsAll(true)}>
            {t(isUrgent ? "reports.all" : "comments.all", { n: sorted.length })}
          </button>
        </p>
      )}
      {handled.length > 0 && (
        <details class="fold panel__note">
          <summary>
            {t("reports.handled", { n: handled.length })}
            <Icon of={downIcon} />
          </summary>
          <Table caption={t("reports.handled_title")} isHidden reports={handled} kind={kind} again={again} />
        </details>
      )}
      {problem !== null && <p class="small panel__note">{problemWords(problem)}</p>}
      <p class="small soft panel__note">{t(isUrgent ? "reports.hint" : "comments.hint")}</p>
    </section>
  );
}

interface TableProps {
  caption: string;
  /** The caption is for machines: people read it elsewhere. */
  isHidden?: boolean;
  reports: Report[];
  kind: "reports" | "comments";
  again: () => Promise<void>;
}

function Table({ caption, isHidden, reports, kind, again }: TableProps) {
  return (
    <table class="table table--stack">
      <caption class={isHidden ? "visually-hidden" : undefined}>{caption}</caption>
      {reports.length > 0 && (
        <>
          <thead>
            <tr>
              <th scope="col">{t("reports.at")}</th>
              <th scope="col">{t("reports.who")}</th>
              <th scope="col">{t("reports.why")}</th>
              <th scope="col">{t("reports.words")}</th>
            </tr>
          </thead>
          <tbody>
            {reports.map((report) => (
              <ReportRow key={keyOf(report)} report={report} mayHandle={kind === "reports"} again={again} />
            ))}
          </tbody>
        </>
      )}
    </table>
  );
}

function keyOf(report: Report): string {
  return `${report.chat_id} ${report.by}`;
}
