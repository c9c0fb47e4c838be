import { confirmHere } from "./journey";
import { confirm, line } from "./state";
import { useNow } from "./ticking";
import { say } from "./words";

const LOOK_EVERY_MS = 500;

function Ring({ deadlineMs, totalMs }: { deadlineMs: number; totalMs: number }) {
  const leftMs = Math.max(0, deadlineMs - useNow(LOOK_EVERY_MS));
  const seconds = Math.ceil(leftMs / 1000);
  const gone = Math.min(100, Math.max(0, 100 - (100 * leftMs) / totalMs));
  return (
    <div class="ring" role="timer" aria-label={say("confirm.left", { n: seconds })}>
      <svg viewBox="0 0 64 64" aria-hidden="true">
        <circle cx="32" cy="32" r="27" />
        <circle class="ring__left" cx="32" cy="32" r="27" pathLength={100} style={{ "--gone": String(gone) }} />
      </svg>
      <span aria-hidden="true">{seconds}</span>
    </div>
  );
}

/** "Are you still here?", or what to do when it was missed. Announced elsewhere; it takes no focus. */
export function ConfirmCard() {
  const asked = confirm.value;
  const isParked = line.value?.state === "parked";
  if (asked === null && !isParked) return null;
  return (
    <section
      class="seeker__full card card--lit confirm"
      role={asked !== null ? "alertdialog" : undefined}
      aria-labelledby="ready"
      aria-describedby="ready-more"
    >
      {asked !== null && <Ring deadlineMs={asked.deadlineMs} totalMs={asked.totalMs} />}
      <div class="stack stack--1">
        <h2 class="voice confirm__title" id="ready">
          {say(asked !== null ? "confirm.title" : "parked.title")}
        </h2>
        <p id="ready-more" class="small">
          {say(asked !== null ? "confirm.more" : "parked.more")}
        </p>
      </div>
      <button class="btn btn--main" type="button" onClick={confirmHere}>
        {say("confirm.yes")}
      </button>
    </section>
  );
}
