// How many reports nobody has handled: on every page of whoever may read them, since few are at the board all night.
import { signal } from "@preact/signals";
import { call } from "../shared/http";
import { announce } from "../shared/status";
import { t } from "./words";

/** Null: not known, or not for this person. */
export const openReports = signal<number | null>(null);

const AGAIN_EVERY_MS = 20_000;

/** Asks how many there are now; what was known stays where nobody answers. */
export async function countOpenReports(): Promise<void> {
  try {
    openReports.value = (await call<{ count: number }>("GET", "/api/supervise/reports/open")).count;
  } catch {
    // The next look finds it; a page that can't be reached says so elsewhere.
  }
}

/** Counts now, every while, and when the page comes into view. `isTold`: say aloud that there are more. */
export function watchOpenReports(isTold: boolean): void {
  let before: number | null = null;
  const look = async (): Promise<void> => {
    if (document.visibilityState === "hidden") return;
    await countOpenReports();
    const count = openReports.peek();
    if (isTold && before !== null && count !== null && count > before) announce(t("bar.open_reports", { n: count }));
    before = count;
  };
  void look();
  setInterval(() => void look(), AGAIN_EVERY_MS);
  document.addEventListener("visibilitychange", () => void look());
}
