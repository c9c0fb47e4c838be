import { useRef } from "preact/hooks";
import { Icon, warningIcon } from "../shared/icon";
import { Flame } from "../shared/mark";
import { dayAndTime } from "../shared/times";
import { nameOfLanguage } from "../shared/words";
import { Fold } from "./fold";
import { front, lineLanguages, loadFront } from "./front";
import { ask } from "./journey";
import { isCrisisOpen, refusal } from "./state";
import { value } from "./store";
import { Weights } from "./weights";
import { age, ages, chooseLanguage, distress, language, pool, toggleTopic, topics } from "./wishes";
import { type Key, say, words } from "./words";

/** Why this answer doesn't lead to a line; null: it does, or nothing was answered. */
function obstacle(): string | null {
  const line = pool();
  if (age.value === "young") return say("age.too_young", { age: youngestAge() });
  if (age.value === null) return null;
  if (line === undefined) return say("age.no_line");
  if (line.is_open) return null;
  const opens = line.opens_at_ms;
  return opens ? say("hero.closed", { when: dayAndTime(opens, words.regional) }) : say("hero.closed_for_now");
}

function youngestAge(): number {
  return Math.min(...(front.value?.pools ?? []).filter((one) => one.language === language()).map((one) => one.min_age));
}

const isAgeMissing = value(false);

function Language() {
  if (lineLanguages().length < 2) return null;
  return (
    <label class="field start__language">
      <span class="label">{say("ask.language")}</span>
      <select class="input" value={language()} onChange={(event) => chooseLanguage(event.currentTarget.value)}>
        {lineLanguages().map((tag) => (
          <option key={tag} value={tag} lang={tag}>
            {nameOfLanguage(tag)}
          </option>
        ))}
      </select>
    </label>
  );
}

function AgeQuestion() {
  return (
    <fieldset class="start__age" aria-describedby="age-why age-error">
      <legend class="label">{say("age.question")}</legend>
      <p class="hint" id="age-why">
        {say("age.why")}
      </p>
      <div class="chips">
        {ages().map((choice) => (
          <label key={choice.age} class="choice">
            <input
              type="radio"
              name="age"
              checked={age.value === choice.age}
              onChange={() => {
                age.value = choice.age;
                isAgeMissing.value = false;
                refusal.value = null;
              }}
            />
            <span>{choice.words}</span>
          </label>
        ))}
      </div>
      <div id="age-error" role="alert">
        {isAgeMissing.value && (
          <p class="error">
            <Icon of={warningIcon} /> {say("age.missing")}
          </p>
        )}
      </div>
    </fieldset>
  );
}

function OptionalQuestions() {
  return (
    <Fold title={say("ask.title")}>
      <div class="fold__body stack stack--6">
        <p class="soft small">{say("ask.why")}</p>
        <fieldset>
          <legend class="label">{say("ask.topics")}</legend>
          <div class="chips">
            {front.value?.topics.map((topic) => {
              const key = `topic.${topic}`;
              return (
                <label key={topic} class="choice">
                  <input type="checkbox" checked={topics.value.includes(topic)} onChange={() => toggleTopic(topic)} />
                  <span>{words.has(key) ? say(key as Key) : topic}</span>
                </label>
              );
            })}
          </div>
        </fieldset>
        <fieldset>
          <legend class="label">{say("ask.distress")}</legend>
          <Weights
            name="before"
            value={distress.value}
            onChoose={(weight) => {
              distress.value = weight;
            }}
          />
        </fieldset>
      </div>
    </Fold>
  );
}

/** The lit thing on the page. */
function StartButton({ isBusy }: { isBusy: boolean }) {
  return (
    <button class="btn btn--main btn--start" type="submit" aria-disabled={isBusy}>
      <Flame />
      {isBusy ? say("hero.starting") : say("hero.start")}
    </button>
  );
}

export function StartForm() {
  const form = useRef<HTMLFormElement>(null);
  const stopped = obstacle();
  const isBusy = front.value === null;
  const text = pool()?.text;

  const start = (event: Event) => {
    event.preventDefault();
    if (isBusy) return;
    if (age.value === null) {
      isAgeMissing.value = true;
      form.current?.querySelector<HTMLInputElement>("input[name=age]")?.focus();
    } else if (stopped !== null) {
      isCrisisOpen.value = true;
      void loadFront(); // it may be open by now
    } else if (age.value !== "young") {
      const asked = { language: language(), age_band: age.value, topics: topics.value, distress: distress.value };
      void ask(asked);
    }
  };

  return (
    <form class="start" ref={form} onSubmit={start} noValidate>
      <Language />
      {!isBusy && <AgeQuestion />}
      <div class="hero__start">
        <StartButton isBusy={isBusy} />
        <p class="small soft start__said" role="alert">
          {refusal.value !== null ? say(refusal.value) : stopped}
        </p>
      </div>
      {stopped === null && refusal.value === null && !isBusy && (
        <p class="small soft">
          {text && `${text} `}
          {say("hero.open")}
        </p>
      )}
      {!isBusy && <OptionalQuestions />}
    </form>
  );
}
