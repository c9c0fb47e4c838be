import { minutes } from "../shared/times";
import type { Line } from "./state";
import { kept } from "./tab";
import { useNow } from "./ticking";
import { say, show } from "./words";

/** More windows than this are not drawn: three, then the number. */
const WINDOWS_MAX = 7;
const FEW_WINDOWS = 3;
const LOOK_EVERY_MS = 10_000;

function Window({ isYou }: { isYou?: boolean }) {
  return (
    <span class={isYou ? "pane pane--you" : "pane"}>
      <i />
      <i />
      <i />
      <i />
    </span>
  );
}

/** A lit window among dark ones: how many are before you. */
export function Place({ place }: { place: number }) {
  const before = place - 1;
  const drawn = before >= WINDOWS_MAX ? FEW_WINDOWS : before;
  return (
    <div>
      <div class="place__row" aria-hidden="true">
        {Array.from({ length: drawn }, (_, index) => (
          <Window key={`before-${index + 1}`} />
        ))}
        {drawn < before && <span class="soft small">+{before - drawn}</span>}
        <Window key="you" isYou />
        <span class="place__you">{say("wait.you")}</span>
      </div>
      <p class="wait__who">{before === 0 ? show("wait.next") : show("wait.before", { n: before })}</p>
    </div>
  );
}

function bandWords(lowS: number, highS: number): string {
  const low = Math.floor(lowS / 60);
  const high = Math.max(1, Math.ceil(highS / 60));
  return low < 1 || low >= high ? say("wait.up_to", { n: high }) : say("wait.band", { low, n: high });
}

/** The end of the scale in minutes: a round number beyond both the band and the time already waited. */
function scaleEnd(highS: number, waitedS: number): number {
  const beyond = Math.max(highS, waitedS) / 60;
  return Math.max(5, Math.ceil((beyond * 1.15) / 5) * 5);
}

/** An honest wait: a band from arrival to listener, with where you are now, or "we can't say". */
export function WaitBand({ of }: { of: Line }) {
  const now = useNow(LOOK_EVERY_MS);
  const askedAt = kept("asking")?.asked_at_ms ?? now;
  const waitedS = Math.max(0, (now - askedAt) / 1000);
  const { lowS, highS } = of;
  const waited = waitedS < 60 ? null : <p class="small soft">{say("wait.waited", { n: minutes(waitedS) })}</p>;
  if (lowS === null || highS === null) {
    return (
      <div class="stack stack--1">
        <p class="wait__band">
          <strong>{say("wait.cant_say")}</strong>
        </p>
        <p class="small soft">{say("wait.cant_say_more")}</p>
        {waited}
      </div>
    );
  }
  const end = scaleEnd(highS, waitedS);
  const share = (seconds: number): string => `${Math.min(100, (100 * seconds) / (end * 60))}%`;
  const band = bandWords(lowS, highS);
  const steps = Array.from({ length: end / 5 + 1 }, (_, index) => index * 5).filter((_, index, all) => {
    const isFew = all.length <= 6;
    return isFew || index % Math.ceil(all.length / 6) === 0 || index === all.length - 1;
  });
  return (
    <div class="wait-band wait__band" style={{ "--from": share(lowS), "--to": share(highS), "--now": share(waitedS) }}>
      <p>
        <strong>{band}</strong> <span class="soft">{say("wait.likely")}</span>
      </p>
      <div
        class="wait-band__track"
        role="img"
        aria-label={`${say("wait.waited", { n: minutes(waitedS) })} ${band} ${say("wait.likely")}.`}
      >
        <span class="wait-band__likely" />
        <span class="wait-band__now" />
      </div>
      <div class="wait-band__scale" aria-hidden="true">
        {steps.map((step) => (
          <span key={step}>{step === end ? say("wait.scale_end", { n: step }) : step}</span>
        ))}
      </div>
      <p class="small soft wait__note">
        {waitedS >= 60 && `${say("wait.waited", { n: minutes(waitedS) })} `}
        {say("wait.if_longer")}
      </p>
    </div>
  );
}

/** Past the end of what we said first: own up, and say the new guess. */
export function LongerThanSaid({ of }: { of: Line }) {
  const now = useNow(LOOK_EVERY_MS);
  const askedAt = kept("asking")?.asked_at_ms ?? now;
  if (of.promisedS === null || (now - askedAt) / 1000 <= of.promisedS) return null;
  const { lowS, highS, promisedS } = of;
  return (
    <section class="seeker__full banner banner--caution banner--inset">
      <p class="banner__text">
        <strong>{say("wait.longer")}</strong>
        {say("wait.longer_more")}{" "}
        {lowS !== null &&
          highS !== null &&
          highS > promisedS &&
          say("wait.longer_guess", { band: bandWords(lowS, highS) })}
      </p>
    </section>
  );
}
