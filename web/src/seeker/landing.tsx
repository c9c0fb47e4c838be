import { useLayoutEffect, useRef } from "preact/hooks";
import { Bar } from "./bar";
import { Foot } from "./foot";
import { isUnreachable, loadFront, ownText } from "./front";
import { GoodToKnow } from "./good-to-know";
import { StartForm } from "./start-form";
import { notice } from "./state";
import { sceneNodes } from "./static-page";
import { say } from "./words";

function Scene() {
  const place = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    place.current?.append(...sceneNodes);
  }, []);
  return <div class="scene" aria-hidden="true" ref={place} />;
}

function NoticeAbove() {
  const said = notice.value;
  if (said === null) return null;
  return (
    <div class="banner banner--calm banner--inset hero__notice">
      <p class="banner__text">
        <strong>{say(said.title)}</strong>
        {said.more && say(said.more)}
      </p>
    </div>
  );
}

function Unreachable() {
  return (
    <div class="banner banner--caution banner--inset hero__notice">
      <p class="banner__text">{say("hero.unreachable")}</p>
      <button class="btn btn--dense" type="button" onClick={() => void loadFront()}>
        {say("look_again")}
      </button>
    </div>
  );
}

export function Landing() {
  return (
    <>
      <Bar skipTo="main" skipWords={say("skip")} />
      <main id="main">
        <div class="hero">
          <div class="hero__inner">
            <div>
              <NoticeAbove />
              <h1 class="voice hero__title" tabIndex={-1}>
                {say("hero.title")}
              </h1>
              <p class="lede hero__lede">{ownText("intro") ?? say("hero.lede")}</p>
              {isUnreachable.value ? <Unreachable /> : <StartForm />}
            </div>
          </div>
          <Scene />
        </div>
        <GoodToKnow />
      </main>
      <Foot />
    </>
  );
}
