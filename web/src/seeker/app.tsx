import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { Status } from "../shared/status";
import { After } from "./after";
import { allowSound, calling } from "./attention";
import { ChatView } from "./chat-view";
import { CrisisPanel } from "./crisis-panel";
import { Landing } from "./landing";
import { type View, view } from "./state";
import { kept } from "./tab";
import { companion } from "./talking";
import { Waiting } from "./waiting";
import { say } from "./words";

function titleOf(shown: View): string {
  switch (shown) {
    case "start":
      return say("title.start");
    case "resuming":
    case "waiting":
      return say("title.waiting");
    case "chat":
      return say("title.chat", { name: companion.value?.name ?? "" });
    case "after":
      return say("title.after");
  }
}

const VIEWS = { start: Landing, resuming: Waiting, waiting: Waiting, chat: ChatView, after: After };
const PAGE_CLASSES: Record<View, string> = {
  start: "",
  resuming: "seeker-page",
  waiting: "seeker-page",
  chat: "chat-page",
  after: "seeker-page",
};

export function App() {
  const shown = view.value;
  const before = useRef<View>(shown);
  const Current = VIEWS[shown];
  const title = calling.value ?? titleOf(shown);

  useEffect(() => {
    document.title = title;
  }, [title]);

  // A new view begins at its heading; who was writing goes on writing.
  useLayoutEffect(() => {
    const page = document.getElementById("page");
    if (page !== null) page.className = PAGE_CLASSES[shown];
    if (before.current === shown || VIEWS[before.current] === Current) {
      before.current = shown;
      return;
    }
    const wasWriting = wroteLast && shown === "chat";
    before.current = shown;
    scrollTo(0, 0);
    const target = wasWriting ? document.getElementById("write") : document.querySelector<HTMLElement>("h1");
    target?.focus({ preventScroll: true });
  }, [shown, Current]);

  return (
    <>
      <Current />
      <Status />
      <CrisisPanel />
    </>
  );
}

// A wish for sound is kept over a reload; the browser's leave is not, and comes with the next tap.
addEventListener("click", () => kept("sound") && allowSound());

let wroteLast = false;
addEventListener("focusin", (event) => {
  wroteLast = event.target instanceof HTMLTextAreaElement;
});
