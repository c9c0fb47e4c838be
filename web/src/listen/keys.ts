// The console's keys. `event.code` is the key's place on the board: it is the same in every language and layout.
import type { Console } from "./console";
import { hasAltKeys } from "./settings";

/** What an Alt key asks for; null for every other key. Pure. */
export function altKey(event: Pick<KeyboardEvent, "altKey" | "ctrlKey" | "metaKey" | "code">): string | null {
  // Ctrl and Alt together is AltGr on many boards: that writes a letter.
  if (!event.altKey || event.ctrlKey || event.metaKey) return null;
  if (event.code === "KeyA") return "accept";
  if (event.code === "KeyP") return "pass";
  const digit = /^Digit([1-9])$/.exec(event.code)?.[1];
  return digit ? `desk ${digit}` : null;
}

export function deskFieldId(chatId: string): string {
  return `write-${chatId}`;
}

export function listenToKeys(console: Console): void {
  addEventListener("keydown", (event) => {
    if (event.key === "F6") {
      event.preventDefault();
      goToRegion(event.shiftKey ? -1 : 1);
      return;
    }
    const wish = hasAltKeys.value ? altKey(event) : null;
    if (!wish || document.querySelector("dialog[open]")) return;
    if (wish === "accept" || wish === "pass") {
      if (console.offers.shown.value?.phase !== "open") return;
      event.preventDefault();
      void console.offers.answer(wish === "accept");
      return;
    }
    const desk = console.shown.value[Number(wish.slice(5)) - 1];
    if (!desk) return;
    event.preventDefault();
    console.bringToFront(desk.chatId);
    // A tab that was hidden is drawn first.
    requestAnimationFrame(() => document.getElementById(deskFieldId(desk.chatId))?.focus());
  });
}

/** F6 walks through the page's regions, as in other programs with several panes. */
function goToRegion(step: number): void {
  const regions = [...document.querySelectorAll<HTMLElement>("[data-region]")].filter(
    (one) => one.offsetParent !== null,
  );
  if (regions.length === 0) return;
  const here = regions.findIndex((one) => one.contains(document.activeElement));
  const next = regions[(here + step + regions.length) % regions.length];
  const first = next?.querySelector<HTMLElement>("textarea, input:not([type=radio]), input:checked, button, a[href]");
  (first ?? next)?.focus();
}
