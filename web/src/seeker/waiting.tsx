import { useState } from "preact/hooks";
import { Dialog } from "../shared/dialog";
import { Icon, moonIcon, phoneIcon } from "../shared/icon";
import { Bar, WaysOut } from "./bar";
import { Breathing } from "./breathing";
import { ConfirmCard } from "./confirm";
import { holds, preferred } from "./device";
import { FirstWords } from "./first-words";
import { leaveLine, releaseHold } from "./journey";
import { LongerThanSaid, Place, WaitBand } from "./place";
import { Said } from "./said";
import { isCrisisOpen, isLost, line, myName, view } from "./state";
import { keep, kept } from "./tab";
import { type Key, say, show } from "./words";

function Offline() {
  if (!isLost.value) return null;
  return (
    <section class="seeker__full banner banner--caution banner--inset">
      <p class="banner__text">
        <strong>{say("chat.reconnecting")}</strong>
        {say("wait.longer_more")}
      </p>
    </section>
  );
}

/** With nobody on duty: the truth, and what still works. */
function NobodyThere() {
  return (
    <>
      <p class="lede">{say("wait.nobody_more")}</p>
      <ul class="lines">
        <li>
          <Icon of={phoneIcon} />
          <span>
            <button
              class="btn btn--quiet btn--plain lines__act"
              type="button"
              onClick={() => {
                isCrisisOpen.value = true;
              }}
            >
              {say("wait.nobody_help")}
            </button>
            <br />
            <span class="soft small">{say("wait.nobody_help_more")}</span>
          </span>
        </li>
        <li>
          <Icon of={moonIcon} />
          <span>
            <a class="btn btn--quiet btn--plain lines__act" href="#breath">
              {say("wait.nobody_breathe")}
            </a>
            <br />
            <span class="soft small">{say("wait.nobody_breathe_more")}</span>
          </span>
        </li>
      </ul>
    </>
  );
}

/** Waiting for one listener alone, and the way out of it. */
function Holding() {
  return (
    <p class="small">
      {say("wait.holding", { name: preferred.value?.name ?? "" })}{" "}
      <button class="btn btn--quiet btn--plain" type="button" onClick={releaseHold}>
        {say("wait.anyone")}
      </button>
    </p>
  );
}

function InLine() {
  const own = line.value;
  const isAsking = own === null || own.state === "asking" || view.value === "resuming";
  const isNobodyThere = !isAsking && own.isAnyoneThere === false && own.state === "waiting";
  return (
    <>
      <div>
        <h1 class="voice seeker__title" tabIndex={-1}>
          {say(isAsking ? "wait.asking" : isNobodyThere ? "wait.nobody" : "wait.title")}
        </h1>
        {!isAsking && myName.value !== "" && <p class="soft wait__name">{show("wait.name", { name: myName.value })}</p>}
      </div>
      {!isAsking && (
        <>
          {isNobodyThere && <NobodyThere />}
          {own.state === "offered" && <p class="wait__who">{say("wait.offered")}</p>}
          {own.state === "connected" && <p class="wait__who">{say("wait.connecting")}</p>}
          {own.state === "waiting" && own.place !== null && <Place place={own.place} />}
          {own.isMovedBack && <p class="small soft">{say("wait.moved_back")}</p>}
          {own.state === "waiting" && !isNobodyThere && <WaitBand of={own} />}
          {own.state === "waiting" && holds.value && <Holding />}
          <FirstWords />
        </>
      )}
    </>
  );
}

function LeaveLine() {
  const [isAsking, setAsking] = useState(false);
  const [said, setSaid] = useState<Key | null>(null);
  const leave = () => {
    setSaid("chat.sending");
    void leaveLine();
  };
  return (
    <div>
      <button class="btn btn--quiet btn--plain" type="button" onClick={() => setAsking(true)}>
        {say("wait.leave")}
      </button>
      {isAsking && (
        <Dialog
          id="leave"
          role="alertdialog"
          title={say("wait.leave_sure")}
          closeLabel={say("close")}
          onClose={() => setAsking(false)}
          before={<WaysOut />}
        >
          <div class="stack">
            <p>{say("wait.leave_more")}</p>
            <Said said={said} />
            <div class="row">
              <button class="btn btn--main" type="button" onClick={leave}>
                {say("wait.leave")}
              </button>
              <button class="btn" type="button" onClick={() => setAsking(false)}>
                {say("wait.stay")}
              </button>
            </div>
          </div>
        </Dialog>
      )}
    </div>
  );
}

export function Waiting() {
  const own = line.value;
  const [isSoundOn, setSoundOn] = useState(kept("sound") === true);
  return (
    <>
      <Bar skipTo="main" skipWords={say("skip")} />
      <main id="main" class="seeker">
        <ConfirmCard />
        <Offline />
        {own !== null && own.state === "waiting" && <LongerThanSaid of={own} />}
        <section class="stack stack--6">
          <InLine />
        </section>
        <aside class="stack stack--6">
          <Breathing />
          <label class="check">
            <input
              type="checkbox"
              checked={isSoundOn}
              onChange={(event) => {
                setSoundOn(event.currentTarget.checked);
                keep("sound", event.currentTarget.checked);
              }}
            />
            <span>{say("wait.sound")}</span>
          </label>
          <LeaveLine />
        </aside>
      </main>
    </>
  );
}
