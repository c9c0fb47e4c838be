import { useRef } from "preact/hooks";
import { t } from "../staff/words";
import type { Console } from "./console";
import type { Desk } from "./desk";

/** On narrow screens one desk is shown at a time, and the line is a tab beside them. Hidden on wide ones. */
export function DeskTabs({ held, isLineInFront }: { held: Console; isLineInFront: boolean }) {
  const list = useRef<HTMLDivElement>(null);
  const desks = held.shown.value;
  if (desks.length === 0) return null;
  const front = held.front.value;
  const waiting = held.lines.value?.pools.reduce((sum, pool) => sum + pool.waiting, 0) ?? 0;

  const move = (event: KeyboardEvent) => {
    const tabs = [...(list.current?.querySelectorAll<HTMLElement>("[role=tab]") ?? [])];
    const here = tabs.indexOf(document.activeElement as HTMLElement);
    const isBack = document.documentElement.dir === "rtl" ? "ArrowRight" : "ArrowLeft";
    const step = event.key === isBack ? -1 : /^Arrow(Left|Right)$/.test(event.key) ? 1 : 0;
    if (step === 0 || here < 0) return;
    event.preventDefault();
    tabs[(here + step + tabs.length) % tabs.length]?.focus();
  };

  return (
    <div class="tabs console__tabs" role="tablist" aria-label={t("listen.title")} ref={list} onKeyDown={move}>
      {desks.map((desk) => (
        <DeskTab key={desk.chatId} held={held} desk={desk} isFront={!isLineInFront && desk === front} />
      ))}
      <button
        class="tab"
        type="button"
        role="tab"
        aria-selected={isLineInFront}
        tabIndex={isLineInFront ? 0 : -1}
        onClick={() => {
          held.isLineInFront.value = true;
        }}
      >
        {t("listen.line_tab", { n: waiting })}
      </button>
    </div>
  );
}

function DeskTab({ held, desk, isFront }: { held: Console; desk: Desk; isFront: boolean }) {
  const { unread } = desk;
  return (
    <button
      class="tab"
      type="button"
      role="tab"
      aria-selected={isFront}
      tabIndex={isFront ? 0 : -1}
      aria-controls={`desk-${desk.chatId}`}
      onClick={() => held.bringToFront(desk.chatId)}
    >
      {desk.seeker?.name || t("seeker")}
      {desk.chat.state === "ended" && <span class="chip">{t("wrap_up.chip")}</span>}
      {unread > 0 && (
        <span class="count">
          <span aria-hidden="true">{unread}</span>
          <span class="visually-hidden">{t("desk.unread", { n: unread })}</span>
        </span>
      )}
    </button>
  );
}
