import { useState } from "preact/hooks";
import { blockIcon, flagIcon, Icon } from "../shared/icon";
import { now } from "../staff/clock";
import { span, topicName } from "../staff/say";
import { t, wordFor } from "../staff/words";
import { Beside } from "./beside";
import { Composer } from "./composer";
import type { Console } from "./console";
import type { Desk } from "./desk";
import { EndDialog, ReportDialog } from "./desk-dialogs";
import { LogView } from "./log-view";
import { hasAltKeys } from "./settings";
import { WrapUp } from "./wrap-up";

/** From here on a seeker has waited long enough for it to be marked. */
const LONG_GAP_MS = 120_000;
/** Sooner nobody needs to be reminded. */
const SHORT_GAP_MS = 15_000;

interface Props {
  held: Console;
  desk: Desk;
  number: number;
  isFront: boolean;
}

export function DeskView({ held, desk, number, isFront }: Props) {
  const id = `desk-${desk.chatId}`;
  const { chat } = desk;
  const risk = desk.risk.value;
  const isRisky = risk !== null && risk.severity !== "low";
  const hasEnded = chat.state === "ended";
  return (
    <section
      class={`desk ${isFront ? "desk--front" : ""} ${isRisky ? "desk--risk" : ""}`}
      id={id}
      data-region="desk"
      aria-labelledby={`${id}-name`}
      onFocusCapture={() => held.bringToFront(desk.chatId)}
      onPointerDown={() => held.bringToFront(desk.chatId)}
    >
      <Head held={held} desk={desk} number={number} />
      <Beside desk={desk} />
      <LogView held={held} desk={desk} isFront={isFront} />
      {desk.isOpen && <StatusLine desk={desk} />}
      {desk.isOpen && <Composer held={held} desk={desk} />}
      {hasEnded && <WrapUp held={held} desk={desk} />}
      {!hasEnded && (desk.isLost.value || !desk.isMine) && <MovedOn held={held} desk={desk} />}
    </section>
  );
}

function Head({ held, desk, number }: { held: Console; desk: Desk; number: number }) {
  const [dialog, setDialog] = useState<"end" | "report" | null>(null);
  const name = desk.seeker?.name || t("seeker");
  const facts = desk.facts.value;
  const risk = desk.risk.value;
  const isPresent = desk.seeker?.is_present !== false;
  const started = desk.startedAtMs;
  const { unread } = desk;
  return (
    <header class="desk__head">
      <div class="desk__name">
        <h2 class="desk__title" id={`desk-${desk.chatId}-name`}>
          {name}
        </h2>
        {held.isPractice && <span class="chip chip--practice">{t("practice.mark")}</span>}
        {unread > 0 && (
          <span class="count">
            <span aria-hidden="true">{unread}</span>
            <span class="visually-hidden">{t("desk.unread", { n: unread })}</span>
          </span>
        )}
        <span class="desk__acts">
          <button
            class="btn btn--icon btn--dense btn--quiet"
            type="button"
            aria-haspopup="dialog"
            aria-label={t("desk.report", { name })}
            title={t("desk.report", { name })}
            onClick={() => setDialog("report")}
          >
            <Icon of={blockIcon} />
          </button>
          {desk.isOpen && (
            <button class="btn btn--dense" type="button" aria-haspopup="dialog" onClick={() => setDialog("end")}>
              {t("desk.end")}
              <span class="visually-hidden"> {name}</span>
            </button>
          )}
        </span>
      </div>
      <div class="desk__facts">
        {hasAltKeys.value && (
          <span class="desk__key" aria-hidden="true">
            <kbd>Alt {number}</kbd>
          </span>
        )}
        {risk && (
          <span class={`risk risk--${risk.severity}`}>
            <Icon of={flagIcon} />
            {wordFor("risk_flag", risk.severity, "unknown_code")}
          </span>
        )}
        {desk.isOpen && (
          <span class="presence">
            <span class={isPresent ? "dot dot--here" : "dot dot--lost"} />
            {t(isPresent ? "desk.here" : "desk.lost")}
          </span>
        )}
        {facts?.topics.map((topic) => (
          <span class="chip" key={topic}>
            {topicName(topic)}
          </span>
        ))}
        {facts?.distress != null && <span>{t("desk.came_with", { n: facts.distress })}</span>}
        {started !== null && desk.isOpen && <span class="figures">{span(now.value - started)}</span>}
      </div>
      {dialog === "end" && <EndDialog held={held} desk={desk} name={name} onClose={() => setDialog(null)} />}
      {dialog === "report" && <ReportDialog held={held} desk={desk} name={name} onClose={() => setDialog(null)} />}
    </header>
  );
}

/** Who is being waited for: "is writing", or how long the seeker has had no answer. */
function StatusLine({ desk }: { desk: Desk }) {
  const name = desk.seeker?.name || t("seeker");
  if (desk.isTyping.value) {
    return (
      <div class="status-line">
        <p class="typing tiny">
          <span class="typing__lights" aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
          {t("desk.typing", { name })}
        </p>
      </div>
    );
  }
  const owed = desk.owedSinceMs;
  const gapMs = owed === null ? 0 : now.value - owed;
  const isLong = gapMs >= LONG_GAP_MS;
  return (
    <div class="status-line">
      {gapMs >= SHORT_GAP_MS && (
        <p class={`typing tiny figures ${isLong ? "status-line--late" : ""}`}>
          {t("desk.waits_for_you", { span: span(gapMs) })}
        </p>
      )}
    </div>
  );
}

function MovedOn({ held, desk }: { held: Console; desk: Desk }) {
  return (
    <div class="wrap-up stack stack--3">
      <p class="small">{t(desk.isLost.value ? "desk.lost_chat" : "desk.moved_on")}</p>
      <button class="btn btn--dense" type="button" onClick={() => held.close(desk)}>
        {t("desk.put_away")}
      </button>
    </div>
  );
}
