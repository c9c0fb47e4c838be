import { render } from "preact";
import { thisTab } from "../shared/safe-storage";
import { restoreTheme } from "../shared/theme";
import { speakHere } from "../shared/words";
import { App } from "./app";
import { loadCrisis, loadFront } from "./front";
import { resume } from "./journey";
import { watchEscape } from "./leave";
import { isCrisisOpen, view } from "./state";
import { drawWith } from "./store";
import { words } from "./words";

async function begin(): Promise<void> {
  restoreTheme(thisTab);
  watchEscape();
  void loadFront();
  void loadCrisis();
  await speakHere(words, null);
  const page = document.getElementById("page");
  if (page === null) return;
  // Pressed before the program was here: the address says so.
  if (location.hash === "#help") isCrisisOpen.value = true;
  resume();
  // A line may have closed or opened while nobody looked.
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && view.value === "start") void loadFront();
  });
  page.replaceChildren();
  const draw = () => render(<App />, page);
  drawWith(draw);
  draw();
  if (location.hash === "#start") document.querySelector<HTMLElement>("input[name=age], .btn--start")?.focus();
}

void begin();
