import { useState } from "preact/hooks";
import { say } from "./words";

/** A pool of light that grows and shrinks, 14 s a breath; moves only when started, and stops when asked. */
export function Breathing() {
  const [isGoing, setGoing] = useState(false);
  return (
    <section class="breath card" id="breath" aria-labelledby="breath-title" data-going={isGoing ? "" : undefined}>
      <h2 id="breath-title" class="visually-hidden">
        {say("breath.title")}
      </h2>
      <div class="breath__room" aria-hidden="true">
        <span class="breath__rim" />
        <span class="breath__pool" />
        <div class="breath__words">
          <span>{say("breath.in")}</span>
          <span>{say("breath.hold")}</span>
          <span>{say("breath.out")}</span>
        </div>
      </div>
      <button class="btn" type="button" aria-pressed={isGoing} onClick={() => setGoing(!isGoing)}>
        {isGoing ? say("breath.pause") : say("breath.go")}
      </button>
      <p class="small soft">{say("breath.how")}</p>
    </section>
  );
}
