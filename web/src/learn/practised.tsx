import { useCallback, useEffect } from "preact/hooks";
import { checkIcon, Icon, warningIcon } from "../shared/icon";
import { Banner } from "../staff/field";
import { useDoing, useLoaded } from "../staff/loading";
import { dayAndClock, problemWords } from "../staff/say";
import { t, wordFor } from "../staff/words";
import { WrongBanner } from "../staff/wrong";
import { lessonHash } from "./addresses";
import {
  changesOf,
  consoleAddress,
  type Debrief,
  type DebriefTurn,
  type LessonLink,
  loadDebrief,
  type NamedMove,
  type PracticeShown,
  removePractice,
  unknownOf,
} from "./practice";
import { resultWords } from "./practice-list";
import { useTitle } from "./title";

/** The debrief is written within a moment after the end. */
const LOOK_AGAIN_MS = 1000;

/** One practice chat afterwards: how it went, every move named, what to try. */
export function Practised({ practiceId }: { practiceId: string }) {
  const load = useCallback(() => loadDebrief(practiceId), [practiceId]);
  const { value, problem, again } = useLoaded(load);
  const isEnded = value !== null && value.practice.ended_at_ms !== null;
  useTitle(value?.practice.title ?? t("practice.title"));
  useEffect(() => {
    if (isEnded || problem !== null) return;
    const later = setInterval(() => void again(), LOOK_AGAIN_MS);
    return () => clearInterval(later);
  }, [isEnded, problem, again]);
  if (problem !== null && !value) {
    return (
      <Banner kind="caution" icon={warningIcon} isAlert>
        <p>{problemWords(problem)}</p>
        <a href="#practice">{t("practice.to_list")}</a>
      </Banner>
    );
  }
  if (!value) return <p class="soft">{t("loading")}</p>;
  return (
    <article class="practised-page stack stack--8">
      <header class="stack stack--2">
        <p class="small">
          <a href="#practice">{t("practice.to_list")}</a>
        </p>
        <h1 class="voice learn__title">{value.practice.title}</h1>
        <p class="small soft">{dayAndClock(value.practice.ended_at_ms ?? value.practice.begun_at_ms)}</p>
      </header>
      {!isEnded && <StillOpen shown={value} />}
      {isEnded && !value.debrief && <p>{t(noDebriefKey(value))}</p>}
      {value.debrief && <DebriefView shown={value} debrief={value.debrief} />}
      {isEnded && <Remove practiceId={practiceId} />}
    </article>
  );
}

function noDebriefKey(shown: PracticeShown): "practice.lost" | "practice.not_begun" | "practice.words_gone" {
  if (shown.practice.outcome === "lost") return "practice.lost";
  return shown.practice.outcome === "not_begun" ? "practice.not_begun" : "practice.words_gone";
}

function StillOpen({ shown }: { shown: PracticeShown }) {
  return (
    <section class="card stack stack--3" role="status">
      <p>{t("practice.still_open")}</p>
      <div class="row">
        <a class="btn" href={consoleAddress(shown.practice.practice_id)}>
          {t("practice.to_console")}
        </a>
      </div>
    </section>
  );
}

function DebriefView({ shown, debrief }: { shown: PracticeShown; debrief: Debrief }) {
  const links = new Map(shown.lessons.map((lesson) => [lesson.lesson_id, lesson]));
  const { replies, unknown } = unknownOf(debrief);
  return (
    <>
      <section class={`card stack stack--3 ${debrief.has_passed ? "card--lit" : ""}`} aria-labelledby="how-it-went">
        <h2 id="how-it-went">{t(debrief.has_passed ? "practice.went_well" : "practice.try_again")}</h2>
        <p>
          <strong class="figures">{resultWords(shown.practice)}</strong>{" "}
          <span class="soft">{t("practice.mark_is", { n: shown.pass_mark })}</span>
        </p>
        <p>{debrief.how_it_ended}</p>
        {shown.reported && <p>{t("practice.reported")}</p>}
      </section>
      <section class="fallible stack stack--2" aria-labelledby="fallible">
        <h2 id="fallible">{t("practice.fallible_title")}</h2>
        <p>{t("practice.fallible")}</p>
        {unknown > 0 && <p class="small">{t("practice.unknown", { n: unknown, of: replies })}</p>}
      </section>
      <div class="practised__two">
        <Goals debrief={debrief} links={links} />
        <Missed debrief={debrief} links={links} />
      </div>
      <section class="stack stack--3" aria-labelledby="transcript">
        <h2 id="transcript">{t("practice.transcript")}</h2>
        <div class="example practised__log">
          <div class="chat-lines">
            {debrief.opening.map((text, index) => (
              <Said key={index} who="seeker" text={text} isMore={index > 0} />
            ))}
            {debrief.turns.map((turn, index) => (
              <TurnView key={index} turn={turn} links={links} />
            ))}
            {shown.after.map((text, index) => (
              <Said key={index} who="listener" text={text} isMore={index > 0} />
            ))}
          </div>
        </div>
      </section>
      <section class="stack stack--3" aria-labelledby="persona">
        <h2 id="persona">{t("practice.persona")}</h2>
        <p>{debrief.persona}</p>
        {debrief.untold.length > 0 && (
          <div>
            <p class="small soft">{t("practice.untold")}</p>
            <ul class="bullets small">
              {debrief.untold.map((one) => (
                <li key={one}>{one}</li>
              ))}
            </ul>
          </div>
        )}
      </section>
      {shown.note && (
        <section class="stack stack--2" aria-labelledby="note">
          <h2 id="note">{t("practice.note")}</h2>
          <p class="written bubble" dir="auto">
            {shown.note}
          </p>
        </section>
      )}
    </>
  );
}

type Links = Map<string, LessonLink>;

function LessonAt({ id, links }: { id: string | null; links: Links }) {
  const lesson = id ? links.get(id) : undefined;
  if (!lesson) return null;
  return <a href={lessonHash(lesson.course_id, lesson.lesson_id)}>{t("practice.lesson", { title: lesson.title })}</a>;
}

function Goals({ debrief, links }: { debrief: Debrief; links: Links }) {
  return (
    <section class="stack stack--3" aria-labelledby="goals">
      <h2 id="goals">{t("practice.goals")}</h2>
      <ul class="lines practised__goals">
        {debrief.goals.map((goal) => (
          <li key={goal.id}>
            {goal.is_reached ? <Icon of={checkIcon} /> : <span class="asks__open" />}
            <div>
              <p>
                <strong>{goal.title}</strong>{" "}
                <span class="small soft">{t(goal.is_reached ? "practice.reached" : "practice.not_reached")}</span>
                {goal.is_must && !goal.is_reached && <span class="chip chip--caution">{t("practice.must")}</span>}
              </p>
              {goal.try_this && <p class="small">{goal.try_this}</p>}
              {!goal.is_reached && (
                <p class="small">
                  <LessonAt id={goal.lesson} links={links} />
                </p>
              )}
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Missed({ debrief, links }: { debrief: Debrief; links: Links }) {
  return (
    <section class="stack stack--3" aria-labelledby="counts">
      <h2 id="counts">{t("practice.moves")}</h2>
      <Counted title={t("practice.helped")} counts={debrief.helped} />
      <Counted title={t("practice.closed")} counts={debrief.closed} />
      {debrief.missed.length > 0 && (
        <>
          <h3>{t("practice.missed")}</h3>
          <ul class="bullets small">
            {debrief.missed.map((one) => (
              <li key={one.move}>
                {one.what} <LessonAt id={one.lesson} links={links} />
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

function Counted({ title, counts }: { title: string; counts: [string, number][] }) {
  return (
    <div class="stack stack--1">
      <h3>{title}</h3>
      {counts.length === 0 ? (
        <p class="small soft">{t("practice.none_of_these")}</p>
      ) : (
        <p class="chips">
          {counts.map(([name, n]) => (
            <span class="chip" key={name}>
              {name} {n > 1 && <span class="figures">{t("times", { n })}</span>}
            </span>
          ))}
        </p>
      )}
    </div>
  );
}

function Said({ who, text, isMore }: { who: "seeker" | "listener"; text: string; isMore: boolean }) {
  return (
    <div class={`turn ${who === "listener" ? "turn--mine" : ""} ${isMore ? "turn--more" : ""}`}>
      {!isMore && <p class="turn__who">{t(who === "listener" ? "practice.you" : "practice.them")}</p>}
      <p class={`bubble bubble--${who}`} dir="auto">
        {text}
      </p>
    </div>
  );
}

function TurnView({ turn, links }: { turn: DebriefTurn; links: Links }) {
  const changes = changesOf(turn);
  return (
    <>
      {turn.text.trim() === "" ? (
        <p class="note">{t("practice.silence")}</p>
      ) : (
        <Said who="listener" text={turn.text} isMore={false} />
      )}
      <ul class="moves">
        {turn.moves.length === 0 && <li class="small soft">{t("practice.no_move")}</li>}
        {turn.moves.map((move) => (
          <MoveView key={move.move} move={move} links={links} />
        ))}
        {changes.length > 0 && (
          <li class="small soft moves__after">{t("practice.after_it", { what: changes.join(", ") })}</li>
        )}
      </ul>
      {turn.answer.map((text, index) => (
        <Said key={index} who="seeker" text={text} isMore={index > 0} />
      ))}
    </>
  );
}

const LOOKS = { helped: "chip chip--calm", closed: "chip chip--caution", neither: "chip" } as const;

function MoveView({ move, links }: { move: NamedMove; links: Links }) {
  return (
    <li class="small">
      <span class={LOOKS[move.did]}>
        {move.did !== "neither" && <Icon of={move.did === "helped" ? checkIcon : warningIcon} />}
        {move.title}
        <span class="visually-hidden">: {wordFor("practice_did", move.did, "unknown_code")}</span>
      </span>{" "}
      {move.why}
      {move.try_instead && (
        <>
          {" "}
          <strong>{t("practice.instead")}</strong> {move.try_instead} <LessonAt id={move.lesson} links={links} />
        </>
      )}
    </li>
  );
}

function Remove({ practiceId }: { practiceId: string }) {
  const doing = useDoing();
  const remove = () =>
    doing.run(async () => {
      await removePractice(practiceId);
      location.hash = "#practice";
    });
  return (
    <footer class="practised__end stack stack--3">
      <WrongBanner problem={doing.problem} />
      <div class="row">
        <a class="btn btn--main" href="#practice">
          {t("practice.another")}
        </a>
        <a class="btn" href="#reviews">
          {t("practice.to_reviews")}
        </a>
        <button class="btn btn--quiet" type="button" onClick={() => void remove()}>
          {t("practice.remove")}
        </button>
      </div>
      <p class="small soft">{t("practice.kept")}</p>
    </footer>
  );
}
