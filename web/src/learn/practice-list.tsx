import { useState } from "preact/hooks";
import { checkIcon, Icon, warningIcon } from "../shared/icon";
import { Frame } from "../staff/frame";
import { useDoing, useLoaded } from "../staff/loading";
import { ageName, dayAndClock, topicName } from "../staff/say";
import { t, wordFor } from "../staff/words";
import { WrongBanner } from "../staff/wrong";
import { lessonHash, practiceHash } from "./addresses";
import {
  beginPractice,
  consoleAddress,
  loadPractice,
  PACES,
  type Practice,
  type PracticeLine,
  removePractice,
  type ScenarioLine,
} from "./practice";
import { useTitle } from "./title";

/** The scenarios, the practice chat that goes on, and those that ended. */
export function PracticeList() {
  const loaded = useLoaded(loadPractice);
  useTitle(t("practice.title"));
  return <Frame loaded={loaded}>{(practice) => <Scenarios practice={practice} again={loaded.again} />}</Frame>;
}

function Scenarios({ practice, again }: { practice: Practice; again: () => Promise<void> }) {
  const [pace, setPace] = useState<number>(PACES[0]);
  const doing = useDoing();
  const begin = (scenario: string) =>
    doing.run(async () => {
      const line = await beginPractice(scenario, pace);
      location.assign(consoleAddress(line.practice_id));
    });
  const giveUp = (practiceId: string) =>
    doing.run(async () => {
      await removePractice(practiceId);
      await again();
    });
  return (
    <div class="practice stack stack--8">
      <div class="stack stack--3">
        <h1 class="voice learn__title">{t("practice.title")}</h1>
        <p class="lede">{t("practice.lede")}</p>
        <p class="review-note small">
          <Icon of={warningIcon} />
          <span>{t("practice.unreviewed")}</span>
        </p>
      </div>
      <WrongBanner problem={doing.problem} />
      {practice.going_on ? (
        <GoingOn line={practice.going_on} isDoing={doing.isDoing} giveUp={giveUp} />
      ) : (
        <Pace pace={pace} choose={setPace} />
      )}
      <section class="stack stack--4" aria-labelledby="scenarios">
        <h2 id="scenarios">{t("practice.scenarios")}</h2>
        <ul class="scenarios">
          {practice.scenarios.map((one) => (
            <ScenarioCard
              key={one.scenario}
              scenario={one}
              mayBegin={!practice.going_on && !doing.isDoing}
              begin={() => void begin(one.scenario)}
            />
          ))}
        </ul>
      </section>
      {practice.ended.length > 0 && (
        <section class="stack stack--3" aria-labelledby="practised">
          <h2 id="practised">{t("practice.ended")}</h2>
          <ul class="lines">
            {practice.ended.map((line) => (
              <li key={line.practice_id} class="practised">
                <a href={practiceHash(line.practice_id)}>{line.title}</a>
                <span class="small soft">{dayAndClock(line.ended_at_ms ?? line.begun_at_ms)}</span>
                <span class="small figures">{resultWords(line)}</span>
              </li>
            ))}
          </ul>
          <p class="small soft">{t("practice.kept")}</p>
        </section>
      )}
    </div>
  );
}

export function resultWords(line: PracticeLine): string {
  const outcome = wordFor("practice_outcome", line.outcome ?? "", "unknown_code");
  return line.score === null ? outcome : `${t("practice.score", { n: line.score })} ${outcome}`;
}

function GoingOn(props: { line: PracticeLine; isDoing: boolean; giveUp: (practiceId: string) => void }) {
  const { line, isDoing, giveUp } = props;
  return (
    <section class="card card--lit stack stack--3" aria-labelledby="going-on">
      <h2 id="going-on">{t("practice.going_on", { title: line.title })}</h2>
      <p>{t(line.opened_at_ms === null ? "practice.going_on_waiting" : "practice.going_on_open")}</p>
      <div class="row">
        <a class="btn btn--main" href={consoleAddress(line.practice_id)}>
          {t("practice.to_console")}
        </a>
        <button
          class="btn"
          type="button"
          aria-disabled={isDoing ? "true" : undefined}
          onClick={() => giveUp(line.practice_id)}
        >
          {t("practice.give_up")}
        </button>
      </div>
    </section>
  );
}

function Pace({ pace, choose }: { pace: number; choose: (pace: number) => void }) {
  return (
    <fieldset class="practice__pace">
      <legend class="label">{t("practice.pace")}</legend>
      <div class="row row--tight">
        {PACES.map((one) => (
          <label class="choice" key={one}>
            <input type="radio" name="pace" checked={pace === one} onChange={() => choose(one)} />
            <span>{t(one === 1 ? "practice.pace_life" : "practice.pace_quick")}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

function ScenarioCard(props: { scenario: ScenarioLine; mayBegin: boolean; begin: () => void }) {
  const { scenario, mayBegin, begin } = props;
  const id = `scenario-${scenario.scenario}`;
  return (
    <li class="card scenario" aria-labelledby={id}>
      <div class="scenario__head">
        <h3 id={id}>{scenario.title}</h3>
        {scenario.has_passed && (
          <span class="chip chip--calm">
            <Icon of={checkIcon} />
            {t("practice.passed")}
          </span>
        )}
      </div>
      <p>{scenario.summary}</p>
      <p class="chips">
        <span class="chip">{wordFor("practice_level", String(scenario.difficulty), "unknown_code")}</span>
        <span class="chip">{t("practice.minutes", { n: scenario.minutes })}</span>
        <span class="chip">{topicName(scenario.topic)}</span>
        {scenario.age_band === "teen" && <span class="chip">{ageName(scenario.age_band)}</span>}
      </p>
      {scenario.lessons.length > 0 && (
        <p class="small soft">
          {t("practice.trains")}{" "}
          {scenario.lessons.map((lesson, index) => (
            <span key={lesson.lesson_id}>
              {index > 0 && ", "}
              <a href={lessonHash(lesson.course_id, lesson.lesson_id)}>{lesson.title}</a>
            </span>
          ))}
        </p>
      )}
      <div class="scenario__foot">
        <span class="small soft figures">
          {scenario.times === 0
            ? t("practice.never")
            : t("practice.times", { n: scenario.times, best: scenario.best_score ?? 0 })}
        </span>
        <button
          class="btn"
          type="button"
          aria-disabled={mayBegin ? undefined : "true"}
          onClick={() => mayBegin && begin()}
        >
          {t("practice.begin")}
          <span class="visually-hidden">: {scenario.title}</span>
        </button>
      </div>
    </li>
  );
}
