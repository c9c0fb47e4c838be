import { useState } from "preact/hooks";
import { flagIcon, Icon } from "../shared/icon";
import { Bar } from "./bar";
import { Breathing } from "./breathing";
import { prefer, preferred } from "./device";
import { draft } from "./draft";
import { takeFocus } from "./focus";
import { startOver } from "./journey";
import { ReportDialog } from "./report-dialog";
import { Said } from "./said";
import { isCrisisOpen } from "./state";
import { keep, kept } from "./tab";
import { companion, currentChat, giveFeedback, reported } from "./talking";
import { Weights } from "./weights";
import { forgetWishes } from "./wishes";
import { type Key, say, words } from "./words";

const RATINGS = [1, 2, 3, 4, 5] as const;
const COMMENT_MAX = 4000;

/** Who ended it and why, in words that blame nobody. */
function endedWords(name: string): string {
  const ended = currentChat()?.ended;
  for (const key of [`ended.${ended?.reason}`, `ended.${ended?.by}`]) {
    if (words.has(key)) return say(key as Key, { name });
  }
  return say("ended.fault");
}

function finish(): void {
  forgetWishes();
  startOver();
}

function Questions() {
  const [rating, setRating] = useState<number | null>(null);
  const [distress, setDistress] = useState<number | null>(null);
  const [comment, setComment] = useState(kept("comment") ?? "");
  const [mayReview, setMayReview] = useState(false);
  const [said, setSaid] = useState<Key | null>(null);
  const before = kept("asking")?.distress ?? null;

  if (said === "after.sent") {
    return (
      <div class="stack">
        <p tabIndex={-1} ref={takeFocus}>
          {say("after.sent")}
        </p>
        <button class="btn btn--main" type="button" onClick={finish}>
          {say("after.finish")}
        </button>
      </div>
    );
  }
  const send = (event: Event) => {
    event.preventDefault();
    if (rating === null) {
      setSaid("after.missing");
      return;
    }
    setSaid("chat.sending");
    giveFeedback(rating, distress, comment, mayReview).then(
      () => {
        setSaid("after.sent");
        keep("comment", null);
      },
      () => setSaid("after.failed"),
    );
  };
  return (
    <form class="stack stack--8" aria-label={say("after.questions")} onSubmit={send} noValidate>
      <fieldset>
        <legend class="after__question">{say("after.distress")}</legend>
        {before !== null && <p class="soft small after__before">{say("after.before", { n: before })}</p>}
        <Weights name="after" value={distress} onChoose={setDistress} />
      </fieldset>
      <fieldset aria-describedby="after-said">
        <legend class="after__question">{say("after.help")}</legend>
        <div class="five">
          {RATINGS.map((one) => (
            <label key={one} class="choice">
              <input type="radio" name="help" checked={rating === one} onChange={() => setRating(one)} />
              <span>{say(`after.help_${one}`)}</span>
            </label>
          ))}
        </div>
      </fieldset>
      <label class="field">
        <span class="label">
          {say("after.comment")} <span class="soft">{say("report.optional")}</span>
        </span>
        <textarea
          class="input"
          rows={3}
          dir="auto"
          maxLength={COMMENT_MAX}
          value={comment}
          onInput={(event) => {
            setComment(event.currentTarget.value);
            keep("comment", event.currentTarget.value);
          }}
        />
        <span class="hint hint--below">{say("after.comment_who")}</span>
      </label>
      <label class="check">
        <input type="checkbox" checked={mayReview} onChange={(event) => setMayReview(event.currentTarget.checked)} />
        <span>{say("after.may_review")}</span>
      </label>
      <div class="stack stack--3">
        <Said id="after-said" said={said} />
        <div class="row">
          <button class="btn btn--main" type="submit">
            {say("after.send")}
          </button>
          <button class="btn btn--quiet" type="button" onClick={finish}>
            {say("after.skip")}
          </button>
        </div>
        <p class="small soft">{say("after.trace")}</p>
      </div>
    </form>
  );
}

/** What was on its way, or being written, when the chat ended. */
function NotSent() {
  const words = [...(kept("unsent")?.messages ?? []).map((one) => one.text), draft.value.trim()].filter(Boolean);
  if (words.length === 0) return null;
  return (
    <section class="stack stack--2">
      <p>{say("after.not_sent")}</p>
      {words.map((text) => (
        <p key={text} class="bubble bubble--sending" dir="auto">
          {text}
        </p>
      ))}
    </section>
  );
}

function Again({ name, personId }: { name: string; personId: string }) {
  const isPreferred = preferred.value?.person_id === personId;
  return (
    <section class="card card--lit stack stack--3">
      <h2>{say("after.again", { name })}</h2>
      <p class="small">{say(isPreferred ? "after.preferred" : "after.again_more", { name })}</p>
      <button
        class={isPreferred ? "btn btn--dense" : "btn"}
        type="button"
        onClick={() => prefer(isPreferred ? null : { person_id: personId, name })}
      >
        {say(isPreferred ? "after.undo" : "after.prefer", { name })}
      </button>
    </section>
  );
}

/** Shown here and nowhere else: who has it can delete the chat, also when this tab has forgotten everything. */
function Code({ code }: { code: string }) {
  const [isCopied, setCopied] = useState(false);
  const copy = () => {
    navigator.clipboard?.writeText(code).then(
      () => setCopied(true),
      () => {}, // it can be selected with one press
    );
  };
  return (
    <section class="card stack stack--3">
      <h2>{say("after.code")}</h2>
      <p class="small">{say("after.code_more")}</p>
      <p>
        <strong class="after__code" dir="ltr">
          {code}
        </strong>
      </p>
      <div class="row">
        <button class="btn btn--dense" type="button" onClick={copy} aria-live="polite">
          {say(isCopied ? "after.code_copied" : "after.code_copy")}
        </button>
        <a href="/delete" target="_blank" rel="noreferrer">
          {say("after.code_use")}
        </a>
      </div>
    </section>
  );
}

export function After() {
  const [isReporting, setReporting] = useState(false);
  const listener = companion.value;
  const name = listener?.name ?? "";
  const ended = currentChat()?.ended;
  const isOwnChoice = ended?.by === "seeker" && ended.reason !== "blocked";
  const mayAskAgain = listener !== null && ended?.reason !== "blocked" && reported.value !== listener.person_id;
  return (
    <>
      <Bar skipTo="main" skipWords={say("skip")} />
      <main id="main" class="seeker">
        <div class="seeker__full stack stack--2">
          <h1 class="voice seeker__title" tabIndex={-1}>
            {say(isOwnChoice ? "after.title" : "after.ended_title")}
          </h1>
          <p class="soft">{endedWords(name)}</p>
        </div>
        <section class="stack stack--8">
          <NotSent />
          <Questions />
        </section>
        <aside class="stack stack--6">
          {mayAskAgain && <Again name={name} personId={listener.person_id} />}
          {ended?.code && <Code code={ended.code} />}
          <Breathing />
          <div class="stack stack--1">
            <button
              class="btn btn--quiet btn--plain"
              type="button"
              onClick={() => {
                isCrisisOpen.value = true;
              }}
            >
              {say("wait.nobody_help")}
            </button>
            {listener !== null && (
              <button class="btn btn--quiet btn--plain" type="button" onClick={() => setReporting(true)}>
                <Icon of={flagIcon} /> {say("report.open", { name })}
              </button>
            )}
          </div>
        </aside>
      </main>
      {isReporting && <ReportDialog onClose={() => setReporting(false)} />}
    </>
  );
}
