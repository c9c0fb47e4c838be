import { useState } from "preact/hooks";
import { RefusedError } from "../shared/connection";
import { Dialog } from "../shared/dialog";
import { offlineIcon, warningIcon } from "../shared/icon";
import { Banner } from "../staff/field";
import { type Doing, useDoing } from "../staff/loading";
import { LongField } from "../staff/long-field";
import { connectionState } from "../staff/staff-bar";
import { t, type WordKey, wordFor } from "../staff/words";
import type { Console } from "./console";
import type { Desk } from "./desk";

interface Props {
  held: Console;
  desk: Desk;
  name: string;
  onClose: () => void;
}

const END_REASONS: readonly { code: string; key: WordKey }[] = [
  { code: "goodbye", key: "end.goodbye" },
  { code: "quiet", key: "end.quiet" },
  { code: "must_go", key: "end.must_go" },
];
const REPORT_REASONS: readonly { code: string; key: WordKey }[] = [
  { code: "abuse", key: "report.abuse" },
  { code: "sexual", key: "report.sexual" },
  { code: "danger", key: "report.danger" },
  { code: "wrong_age", key: "report.wrong_age" },
  { code: "spam", key: "report.spam" },
  { code: "other", key: "report.other" },
];

/** Why it failed, or why nothing seems to happen: it goes out when the connection is back. */
function Refusal({ of: { isDoing, problem } }: { of: Doing }) {
  if (isDoing && connectionState.value !== "open") {
    return (
      <Banner kind="caution" icon={offlineIcon} isAlert>
        {t("listen.reconnecting")}
      </Banner>
    );
  }
  if (problem === null) return null;
  const code = problem instanceof RefusedError ? problem.code : "stopped";
  return (
    <Banner kind="caution" icon={warningIcon} isAlert>
      {wordFor("refused", code, "refused.other")}
    </Banner>
  );
}

export function EndDialog({ held, desk, name, onClose }: Props) {
  const [reason, setReason] = useState("goodbye");
  const doing = useDoing();
  const end = async (event: Event) => {
    event.preventDefault();
    if (await doing.run(() => held.endChat(desk, reason))) onClose();
  };
  return (
    <Dialog id="end" title={t("end.title", { name })} closeLabel={t("close")} onClose={onClose}>
      <form class="stack stack--5" onSubmit={end}>
        <Refusal of={doing} />
        <p>{t("end.hint", { name })}</p>
        <fieldset class="stack stack--2">
          <legend class="small soft">{t("end.why")}</legend>
          <div class="chips">
            {END_REASONS.map(({ code, key }) => (
              <label class="choice" key={code}>
                <input type="radio" name="end" checked={reason === code} onChange={() => setReason(code)} />
                <span>{t(key)}</span>
              </label>
            ))}
          </div>
        </fieldset>
        <div class="row">
          <button class="btn btn--main" type="submit">
            {t("end.do")}
          </button>
          <button class="btn" type="button" onClick={onClose}>
            {t("end.stay")}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

export function ReportDialog({ held, desk, name, onClose }: Props) {
  const [reason, setReason] = useState("abuse");
  const [comment, setComment] = useState("");
  const [block, setBlock] = useState(true);
  const doing = useDoing();
  const report = async (event: Event) => {
    event.preventDefault();
    if (await doing.run(() => held.report(desk, reason, comment, block))) onClose();
  };
  return (
    <Dialog id="report" title={t("report.title", { name })} closeLabel={t("close")} onClose={onClose}>
      <form class="stack stack--5" onSubmit={report}>
        <Refusal of={doing} />
        <p>{t("report.hint", { name })}</p>
        <fieldset class="stack stack--2">
          <legend class="small soft">{t("report.why")}</legend>
          <div class="chips">
            {REPORT_REASONS.map(({ code, key }) => (
              <label class="choice" key={code}>
                <input type="radio" name="report" checked={reason === code} onChange={() => setReason(code)} />
                <span>{t(key)}</span>
              </label>
            ))}
          </div>
        </fieldset>
        <LongField
          label={t("report.comment")}
          soft={t("optional")}
          rows={3}
          maxLength={4000}
          value={comment}
          change={setComment}
        />
        <label class="tick">
          <input type="checkbox" checked={block} onChange={(event) => setBlock(event.currentTarget.checked)} />
          <span>
            {t("report.block", { name })}
            <span class="hint">{t(desk.isOpen ? "report.block_hint_open" : "report.block_hint")}</span>
          </span>
        </label>
        <div class="row">
          <button class={block ? "btn btn--danger-fill" : "btn btn--main"} type="submit">
            {t(block ? "report.do_block" : "report.do")}
          </button>
          <button class="btn" type="button" onClick={onClose}>
            {t("cancel")}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
