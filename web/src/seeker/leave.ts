// The way out: fast, without a trace in this tab, whatever else the page is doing.

import { goAway } from "./journey";
import { leavesTo } from "./static-page";
import { wipe } from "./tab";

const TWICE_WITHIN_MS = 600;

export function leaveFast(): void {
  // First out of sight: the next page may take its time on a slow line.
  document.documentElement.hidden = true;
  document.title = "\u200b";
  try {
    goAway();
  } finally {
    wipe();
    location.replace(leavesTo);
  }
}

/** Esc twice within 0.6 s, dialogs or not. A single Esc does what it always does. */
export function watchEscape(): void {
  let lastMs = Number.NEGATIVE_INFINITY;
  addEventListener(
    "keydown",
    (event) => {
      if (event.key !== "Escape" || event.repeat) return;
      if (event.timeStamp - lastMs <= TWICE_WITHIN_MS) leaveFast();
      lastMs = event.timeStamp;
    },
    true,
  );
  // "Back" may bring the page as it was, out of the browser's memory: then it begins anew.
  addEventListener("pageshow", (event) => {
    if (event.persisted && document.documentElement.hidden) location.reload();
  });
}
