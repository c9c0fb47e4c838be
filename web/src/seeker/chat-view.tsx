import { useState } from "preact/hooks";
import { flagIcon, Icon, moreIcon } from "../shared/icon";
import { Bar } from "./bar";
import { ConnectionBanner, HelpOffered } from "./chat-banners";
import { EndDialog, MoreDialog } from "./chat-dialogs";
import { ChatLogView } from "./chat-log-view";
import { Composer } from "./composer";
import { ReportDialog } from "./report-dialog";
import { isLost } from "./state";
import { companion, currentChat, listenerOf } from "./talking";
import { say, show } from "./words";

type Open = "end" | "more" | "report" | null;

function Presence() {
  const listener = listenerOf(currentChat());
  if (isLost.value) {
    return (
      <p class="presence">
        <span class="dot dot--lost" />
        {say("chat.offline")}
      </p>
    );
  }
  if (listener === null) return <p class="presence soft">{say("chat.finding")}</p>;
  return (
    <p class={listener.is_present ? "presence soft" : "presence"}>
      <span class={listener.is_present ? "dot dot--here" : "dot dot--lost"} />
      {say(listener.is_present ? "chat.here" : "chat.lost")}
    </p>
  );
}

function Typing() {
  const chat = currentChat();
  const listener = listenerOf(chat);
  const isWriting = listener !== null && chat?.typing.has(listener.person_id);
  return (
    <div class="status-line">
      {isWriting && (
        <p class="typing">
          <span class="typing__lights" aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
          {say("chat.is_writing", { name: listener.name })}
        </p>
      )}
    </div>
  );
}

function Side({ name, onReport }: { name: string; onReport: () => void }) {
  return (
    <aside class="chat__side stack stack--6">
      <section class="stack stack--2">
        <h2>{say("chat.about")}</h2>
        <p class="small soft">{say("chat.about_more")}</p>
        <p class="small soft">{say("chat.enter")}</p>
      </section>
      <section class="stack stack--2">
        <h2>{say("chat.not_right")}</h2>
        <button class="btn btn--quiet btn--plain" type="button" onClick={onReport}>
          <Icon of={flagIcon} /> {say("report.open", { name })}
        </button>
      </section>
      <p class="small soft">{show("chat.hurry")}</p>
    </aside>
  );
}

export function ChatView() {
  const [open, setOpen] = useState<Open>(null);
  const listener = listenerOf(currentChat());
  const name = companion.value?.name ?? "";
  const close = () => setOpen(null);
  return (
    <>
      <Bar skipTo="write" skipWords={say("skip_to_writing")} />
      <main class="chat" id="main">
        <div class="chat__talk">
          <div class="chat__head">
            <div class="who">
              <h1 tabIndex={-1}>{listener?.name ?? say("chat.nobody_yet")}</h1>
              <Presence />
            </div>
            <button
              class="btn btn--icon btn--quiet chat__more"
              type="button"
              aria-label={say("more")}
              aria-haspopup="dialog"
              onClick={() => setOpen("more")}
            >
              <Icon of={moreIcon} />
            </button>
            <button
              class="btn btn--dense chat__end"
              type="button"
              aria-haspopup="dialog"
              onClick={() => setOpen("end")}
            >
              {say("chat.end")}
            </button>
          </div>
          <ConnectionBanner />
          <HelpOffered />
          {currentChat()?.told.is_observed && <p class="banner">{say("chat.observed", { name })}</p>}
          <ChatLogView />
          <Typing />
          <Composer name={listener?.name ?? ""} />
        </div>
        <Side name={name} onReport={() => setOpen("report")} />
      </main>
      {open === "end" && <EndDialog name={name} onClose={close} />}
      {open === "more" && <MoreDialog name={name} onClose={close} onReport={() => setOpen("report")} />}
      {open === "report" && <ReportDialog onClose={close} />}
    </>
  );
}
