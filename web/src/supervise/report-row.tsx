// One report: who about whom, its words for whoever reads them, and who dealt with it.
import { useState } from "preact/hooks";
import { call } from "../shared/http";
import { type Doing, useDoing } from "../staff/loading";
import { LongField } from "../staff/long-field";
import { dayAndClock, problemWords } from "../staff/say";
import { t, wordFor } from "../staff/words";

export interface Handling {
  handling_no: number;
  by_name: string;
  at_ms: number;
  has_note: boolean;
  undone_by_name: string | null;
  undone_at_ms: number | null;
}

export interface Report {
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
  handled: Handling | null;
  handlings: Handling[];
}

interface ReadReport {
  words: string;
  notes: { handling_no: number; words: string }[];
}

interface Props {
  report: Report;
  /** Of what seekers wrote after their chats nothing has to be handled. */
  mayHandle: boolean;
  again: () => Promise<void>;
}

const NOTE_MAX = 2000;

function placeOf(report: Report): string {
  return `/api/supervise/reports/${encodeURIComponent(report.chat_id)}/${encodeURIComponent(report.by)}`;
}

export function ReportRow({ report, mayHandle, again }: Props) {
  const doing = useDoing();
  const [lastRead, setLastRead] = useState<(ReadReport & { atMs: number }) | null>(null);
  // What was reported once more since has other words.
  const read = lastRead?.atMs === report.at_ms ? lastRead : null;
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
      <td class="full" data-label={t("reports.words")}>
        <div class="stack stack--2">
          <Words
            report={report}
            read={read}
            setRead={(read) => setLastRead({ ...read, atMs: report.at_ms })}
            doing={doing}
            again={again}
          />
          {report.read_by.length > 0 && (
            <span class="tiny soft">{t("reports.read_by", { names: report.read_by.join(", ") })}</span>
          )}
          <Past report={report} read={read} />
          {mayHandle && <Handle report={report} doing={doing} again={again} />}
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

interface WordsProps {
  report: Report;
  read: ReadReport | null;
  setRead: (read: ReadReport) => void;
  doing: Doing;
  again: () => Promise<void>;
}

function Words({ report, read, setRead, doing, again }: WordsProps) {
  if (read !== null) {
    const isEmpty = read.words === "";
    return (
      <p class={isEmpty ? "soft" : "bubble bubble--seeker"} dir="auto" role="status">
        {isEmpty ? t("reports.no_words") : read.words}
      </p>
    );
  }
  const look = () =>
    doing.run(async () => {
      setRead(await call<ReadReport>("POST", `${placeOf(report)}/readings`));
      await again();
    });
  const hasWords = report.has_words || report.handlings.some((one) => one.has_note);
  return (
    <div class="row row--tight">
      {report.read_by.length === 0 && report.handled === null && (
        <span class="chip chip--flame">{t("reports.new")}</span>
      )}
      <button class="btn btn--dense" type="button" disabled={doing.isDoing} onClick={() => void look()}>
        {t(hasWords ? "reports.read" : "reports.take")}
        <Which report={report} />
      </button>
    </div>
  );
}

function Which({ report }: { report: Report }) {
  return <span class="visually-hidden"> {t("reports.read_which", { clock: dayAndClock(report.at_ms) })}</span>;
}

/** Each time that somebody handled it, also where that was taken back or it was reported once more since. */
function Past({ report, read }: { report: Report; read: ReadReport | null }) {
  return (
    <>
      {report.handlings.map((one) => {
        const note = read?.notes.find((each) => each.handling_no === one.handling_no)?.words;
        const isUndone = one.undone_by_name !== null && one.undone_at_ms !== null;
        const counts = report.handled?.handling_no === one.handling_no;
        return (
          <div class="stack stack--1" key={one.handling_no}>
            <span class={counts ? "chip chip--calm" : "tiny soft"}>
              {t("reports.handled_by", { name: one.by_name, clock: dayAndClock(one.at_ms) })}
            </span>
            {isUndone && (
              <span class="tiny soft">
                {t("reports.reopened_by", {
                  name: one.undone_by_name ?? "",
                  clock: dayAndClock(one.undone_at_ms ?? 0),
                })}
              </span>
            )}
            {!isUndone && !counts && <span class="tiny soft">{t("reports.said_again")}</span>}
            {note ? (
              <p class="bubble private" dir="auto">
                {note}
              </p>
            ) : (
              one.has_note && <span class="tiny soft">{t("reports.has_note")}</span>
            )}
          </div>
        );
      })}
    </>
  );
}

function Handle({ report, doing, again }: Pick<WordsProps, "report" | "doing" | "again">) {
  const [isWriting, setIsWriting] = useState(false);
  const [note, setNote] = useState("");
  // Also where it was refused: somebody else was faster, and stands there then.
  const handle = () =>
    doing.run(() =>
      call("POST", `${placeOf(report)}/handlings`, { report_at_ms: report.at_ms, note: note.trim() }).finally(again),
    );
  const handled = report.handled;
  const reopen = () =>
    doing.run(() => call("DELETE", `${placeOf(report)}/handlings?handling_no=${handled?.handling_no}`).finally(again));
  if (isWriting) {
    // The note of whoever was second stays in its field: it can be copied, or kept after opening the report again.
    return (
      <form
        class="stack stack--1"
        onSubmit={(event) => {
          event.preventDefault();
          void handle().then((isDone) => {
            if (!isDone) return;
            setIsWriting(false);
            setNote("");
          });
        }}
      >
        <LongField
          label={t("reports.note")}
          soft={t("reports.note_soft")}
          rows={2}
          maxLength={NOTE_MAX}
          value={note}
          change={setNote}
        />
        <div class="row row--tight">
          <button class="btn btn--dense btn--main" type="submit" disabled={doing.isDoing || handled !== null}>
            {t("reports.handle")}
            <Which report={report} />
          </button>
          <button
            class="btn btn--dense"
            type="button"
            onClick={() => {
              doing.clear();
              setIsWriting(false);
            }}
          >
            {t("cancel")}
          </button>
        </div>
      </form>
    );
  }
  return (
    <div>
      <button
        class="btn btn--dense"
        type="button"
        disabled={doing.isDoing}
        onClick={() => (handled === null ? setIsWriting(true) : void reopen())}
      >
        {t(handled === null ? "reports.handle" : "reports.reopen")}
        <Which report={report} />
      </button>
    </div>
  );
}
