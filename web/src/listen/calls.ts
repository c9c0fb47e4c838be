// How an offer calls its listener: sound, notification, title. It never takes the focus.
import { effect } from "@preact/signals";
import { now } from "../staff/clock";
import { t } from "../staff/words";
import { chime, unlock } from "./chime";
import type { Console } from "./console";
import { callsDue, offerTime } from "./offer-clock";
import { hasNotices, hasSound } from "./settings";
import { titleOf } from "./unread";

export function callTheListener(console: Console): void {
  const wake = () => unlock();
  addEventListener("pointerdown", wake, { capture: true });
  addEventListener("pointerup", wake, { capture: true }); // a finger counts when it is lifted
  addEventListener("keydown", wake, { capture: true });
  ring(console);
  notify(console);
  effect(() => {
    const shown = console.offers.shown.value;
    const offer = shown?.phase === "open" ? t("offer.title") : null;
    document.title = titleOf(t(console.isPractice ? "title.practice" : "title.listen"), console.unread.value, offer);
  });
}

function ring(console: Console): void {
  let offerId = "";
  let played = 0;
  effect(() => {
    const shown = console.offers.shown.value;
    const nowMs = now.value;
    if (shown?.phase !== "open") return;
    if (shown.offer.offer_id !== offerId) {
      offerId = shown.offer.offer_id;
      played = 0;
    }
    const due = callsDue(shown.firstSeenMs, shown.offer.deadline_ms, nowMs);
    if (due > played && hasSound.value) chime(console.isPractice);
    played = Math.max(played, due);
  });
}

function notify(console: Console): void {
  let notice: Notification | null = null;
  let noticeFor = "";
  effect(() => {
    const shown = console.offers.shown.value;
    if (shown?.phase !== "open") {
      notice?.close();
      notice = null;
      return;
    }
    const { offer_id, deadline_ms } = shown.offer;
    if (
      console.isPractice ||
      noticeFor === offer_id ||
      !mayNotify() ||
      (document.visibilityState === "visible" && document.hasFocus())
    )
      return;
    noticeFor = offer_id;
    const { seconds } = offerTime(shown.firstSeenMs, deadline_ms, now.peek());
    try {
      // Nothing of what the seeker said stands here: others may see this screen.
      notice = new Notification(t("offer.title"), { body: t("offer.notice", { n: seconds }), tag: offer_id });
      notice.onclick = () => {
        window.focus();
        notice?.close();
      };
    } catch {
      // Some phones allow notices only from a service worker.
    }
  });
}

export function canNotify(): boolean {
  return typeof Notification === "function";
}

/** Wished for, and not forbidden in the browser since. */
export function mayNotify(): boolean {
  return hasNotices.value && canNotify() && Notification.permission === "granted";
}

/** Asks the browser once; the setting stays off if the person said no. */
export async function wantNotices(want: boolean): Promise<boolean> {
  if (!want || !canNotify()) {
    hasNotices.value = false;
    return !want;
  }
  const answer =
    Notification.permission === "default" ? await Notification.requestPermission() : Notification.permission;
  hasNotices.value = answer === "granted";
  return hasNotices.value;
}
