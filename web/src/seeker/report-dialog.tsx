import { useState } from "preact/hooks";
import { Dialog } from "../shared/dialog";
import { WaysOut } from "./bar";
import { takeFocus } from "./focus";
import { Said } from "./said";
import { companion, report } from "./talking";
import { type Key, say } from "./words";

const REASONS = ["rude", "sexual", "contact", "advice", "unsafe", "other"] as const;
/** The wire's bound for free words. */
const COMMENT_MAX = 4000;

interface Props {
  onClose: () => void;
}

export function ReportDialog({ onClose }: Props) {
  // Whoever was there when it was opened: the next listener may come while somebody writes, and must not be meant.
  const [whom] = useState(companion.value);
  const name = whom?.name ?? "";
  const [reason, setReason] = useState<string | null>(null);
  const [comment, setComment] = useState("");
  const [isBlocking, setBlocking] = useState(false);
  const [said, setSaid] = useState<Key | null>(null);
  const isDone = said === "report.done";

  const send = (event: Event) => {
    event.preventDefault();
    if (reason === null) {
      setSaid("report.missing");
      return;
    }
    setSaid("chat.sending");
    report(whom?.person_id, reason, comment, isBlocking).then(
      () => setSaid("report.done"),
      () => setSaid("report.failed"),
    );
  };

  return (
    <Dialog
      id="report"
      title={say("report.title", { name })}
      closeLabel={say("close")}
      onClose={onClose}
      before={<WaysOut />}
    >
      <form class="stack stack--5" onSubmit={send} noValidate>
        {!isDone && (
          <>
            <fieldset aria-describedby="report-said">
              <legend class="label">{say("report.what")}</legend>
              <div class="chips">
                {REASONS.map((one) => (
                  <label key={one} class="choice">
                    <input type="radio" name="reason" checked={reason === one} onChange={() => setReason(one)} />
                    <span>{say(`report.${one}`)}</span>
                  </label>
                ))}
              </div>
            </fieldset>
            <label class="field">
              <span class="label">
                {say("report.comment")} <span class="soft">{say("report.optional")}</span>
              </span>
              <textarea
                class="input"
                rows={3}
                dir="auto"
                maxLength={COMMENT_MAX}
                value={comment}
                onInput={(event) => setComment(event.currentTarget.value)}
              />
            </label>
            <label class="check">
              <input
                type="checkbox"
                checked={isBlocking}
                onChange={(event) => setBlocking(event.currentTarget.checked)}
              />
              <span>
                {say("report.block", { name })}
                <span class="hint">{say("report.block_ends")}</span>
              </span>
            </label>
            <p class="small soft">{say("report.who")}</p>
          </>
        )}
        {isDone && (
          <p tabIndex={-1} ref={takeFocus}>
            {say("report.done")}
          </p>
        )}
        <Said id="report-said" said={isDone ? null : said} />
        <div class="row">
          {!isDone && (
            <button class="btn btn--main" type="submit">
              {say("report.send")}
            </button>
          )}
          <button class="btn" type="button" onClick={onClose}>
            {say("close")}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
