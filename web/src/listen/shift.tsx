import { useCallback, useEffect } from "preact/hooks";
import { call } from "../shared/http";
import { now } from "../staff/clock";
import { useLoaded } from "../staff/loading";
import { clock, span } from "../staff/say";
import { t } from "../staff/words";
import type { Console } from "./console";

interface ShiftNumbers {
  since_ms: number;
  chats?: number;
  minutes_in_chat?: number;
  messages?: number;
}

/** Today as this listener lives it, not as the server's time zone has it. */
function startOfDayMs(): number {
  return new Date().setHours(0, 0, 0, 0);
}

/** One's own numbers of today. They are for the listener, not a score: nothing compares, nothing is a target. */
export function Shift({ held }: { held: Console }) {
  const load = useCallback(() => call<ShiftNumbers>("GET", `/api/listen/shift?since_ms=${startOfDayMs()}`), []);
  const { value, again } = useLoaded(load);
  const ended = held.endedCount.value;
  // a chat that ended changes the numbers
  useEffect(() => {
    // The facts of a chat are written a moment after its end.
    const later = setTimeout(() => void again(), 3000);
    return () => clearTimeout(later);
  }, [ended, again]);
  const since = held.duty.onDutySinceMs.value;
  const isOnDuty = since !== null && held.duty.availability.value !== "off_duty";
  if (!isOnDuty && !value?.chats) return null;
  return (
    <section class="stack stack--2" aria-labelledby="shift-title">
      <h2 id="shift-title">{t("shift.title")}</h2>
      <ul class="stack stack--1 small soft figures">
        {isOnDuty && <li>{t("shift.on_duty", { clock: clock(since), span: span(now.value - since) })}</li>}
        {value?.chats !== undefined && (
          <li>{value.chats === 0 ? t("shift.none") : t("shift.chats", { n: value.chats })}</li>
        )}
        {value?.minutes_in_chat !== undefined && value.minutes_in_chat > 0 && (
          <li>{t("shift.in_chat", { span: span(value.minutes_in_chat * 60_000) })}</li>
        )}
        {value?.messages !== undefined && value.messages > 0 && <li>{t("shift.messages", { n: value.messages })}</li>}
      </ul>
      <p class="tiny soft">{t("shift.rest")}</p>
    </section>
  );
}
