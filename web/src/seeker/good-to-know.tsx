import { avoided, forgetAvoided, holds, prefer, preferred } from "./device";
import { Fold } from "./fold";
import { ownText } from "./front";
import { type Key, say, show } from "./words";

const STEPS: [Key, Key][] = [
  ["expect.wait", "expect.wait_more"],
  ["expect.one", "expect.one_more"],
  ["expect.stop", "expect.stop_more"],
];

/** question, our answer, and the text by which the organisation says it in its own words */
const QUESTIONS: [Key, Key, string][] = [
  ["know.read", "know.read_more", "privacy"],
  ["know.danger", "know.danger_more", "danger"],
  ["know.therapist", "know.therapist_more", "what_this_is_not"],
  ["know.trace", "know.trace_more", "trace"],
];

/** What this device remembers because the person asked for it, and how to undo it. */
function KeptHere() {
  const listener = preferred.value;
  const blocked = avoided.value.length;
  if (listener === null && blocked === 0) return null;
  return (
    <aside class="card card--flat stack" aria-labelledby="kept-title">
      <h2 class="card__title" id="kept-title">
        {say("kept.title")}
      </h2>
      {listener !== null && (
        <div class="stack stack--1">
          <p class="small">{show("kept.prefer", { name: listener.name })}</p>
          <label class="check">
            <input
              type="checkbox"
              checked={holds.value}
              onChange={(event) => {
                holds.value = event.currentTarget.checked;
              }}
            />
            <span>{say("kept.hold", { name: listener.name })}</span>
          </label>
          <button class="btn btn--quiet btn--plain" type="button" onClick={() => prefer(null)}>
            {say("kept.forget")}
          </button>
        </div>
      )}
      {blocked > 0 && (
        <div class="stack stack--1">
          <p class="small">{show("kept.avoid", { n: blocked })}</p>
          <button class="btn btn--quiet btn--plain" type="button" onClick={forgetAvoided}>
            {say("kept.forget")}
          </button>
        </div>
      )}
    </aside>
  );
}

export function GoodToKnow() {
  return (
    <>
      <section class="section" aria-labelledby="expect">
        <h2 class="section__title" id="expect">
          {say("expect.title")}
        </h2>
        <ol class="steps">
          {STEPS.map(([title, more]) => (
            <li key={title}>
              <h3>{say(title)}</h3>
              <p>{say(more)}</p>
            </li>
          ))}
        </ol>
      </section>
      <section class="section section--next" aria-labelledby="good">
        <div class="halves">
          <div>
            <h2 class="section__title" id="good">
              {say("know.title")}
            </h2>
            {QUESTIONS.map(([question, answer, own]) => (
              <Fold key={question} title={say(question)}>
                <p class="fold__body soft">{ownText(own) ?? say(answer)}</p>
              </Fold>
            ))}
          </div>
          <KeptHere />
        </div>
      </section>
    </>
  );
}
