import { bookIcon, Icon, offlineIcon, warningIcon } from "../shared/icon";
import { Close } from "../shared/wire";
import type { Me } from "../staff/me";
import { connectionState } from "../staff/staff-bar";
import { t } from "../staff/words";
import type { Console } from "./console";
import { DeskTabs } from "./desk-tabs";
import { DeskView } from "./desk-view";
import { Lines } from "./lines";
import { Notes } from "./notes";
import { OfferCard } from "./offer-card";
import { Rail } from "./rail";
import { Shift } from "./shift";

interface Props {
  held: Console;
  person: Me;
}

export function ListenPage({ held, person }: Props) {
  const desks = held.shown.value;
  const front = held.front.value;
  const isLineInFront = held.isLineInFront.value || desks.length === 0;
  return (
    <main class="console-main" id="main" tabIndex={-1}>
      <h1 class="visually-hidden">{t(held.isPractice ? "practice.console_title" : "listen.title")}</h1>
      {held.isPractice && <PracticeBand />}
      <ConnectionBanner held={held} />
      <div class={`console ${isLineInFront ? "console--line" : ""}`}>
        <div class="console__rail" data-region="rail">
          <Rail duty={held.duty} person={person} isPractice={held.isPractice} />
          <OfferCard offers={held.offers} isPractice={held.isPractice} />
        </div>
        <section
          class="console__more"
          data-region="line"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
          tabIndex={0}
          aria-label={t("listen.aside")}
        >
          {held.isPractice ? (
            <PracticeAside held={held} />
          ) : (
            <>
              <Lines held={held} />
              <Shift held={held} />
              <Notes held={held} />
            </>
          )}
        </section>
        <DeskTabs held={held} isLineInFront={isLineInFront} />
        <div class="console__chats">
          {desks.length === 0 && <NoChats held={held} />}
          {desks.map((desk, index) => (
            <DeskView key={desk.chatId} held={held} desk={desk} number={index + 1} isFront={desk === front} />
          ))}
        </div>
      </div>
    </main>
  );
}

/** Stands over everything while one practises: nobody may ever wonder whether somebody real is writing. */
function PracticeBand() {
  return (
    <div class="practice-band" role="note">
      <Icon of={bookIcon} />
      <p>
        <strong>{t("practice.band")}</strong> <span class="practice-band__more">{t("practice.band_more")}</span>
      </p>
      <a class="btn btn--dense" href="/learn#practice">
        {t("practice.leave")}
      </a>
    </div>
  );
}

function PracticeAside({ held }: { held: Console }) {
  return (
    <section class="stack stack--2" aria-labelledby="practice-how">
      {held.shown.value.length === 0 && (
        <div class="practice-aside__now">
          <NoChats held={held} />
        </div>
      )}
      <h2 id="practice-how">{t("practice.how")}</h2>
      <ul class="stack stack--2 small soft">
        <li>{t("practice.how_time")}</li>
        <li>{t("practice.how_end")}</li>
        <li>{t("practice.how_hard")}</li>
      </ul>
    </section>
  );
}

function NoChats({ held }: { held: Console }) {
  const isAvailable = held.duty.availability.value === "available";
  if (held.isPractice) {
    return (
      <div class="console__empty stack stack--2">
        <p class="voice console__calm">{t(isAvailable ? "practice.coming" : "practice.ready")}</p>
        <p class="soft">{t(isAvailable ? "practice.coming_hint" : "practice.ready_hint")}</p>
      </div>
    );
  }
  return (
    <div class="console__empty stack stack--2">
      <p class="voice console__calm">{t(isAvailable ? "listen.none_available" : "listen.none")}</p>
      <p class="soft">{t(isAvailable ? "listen.none_available_hint" : "listen.none_hint")}</p>
    </div>
  );
}

function ConnectionBanner({ held }: { held: Console }) {
  const state = connectionState.value;
  if (state === "stopped" && held.closeCode.value !== null) {
    const isCleared = held.closeCode.value === Close.NO_CLEARANCE;
    return (
      <div class="banner banner--caution" role="alert">
        <Icon of={warningIcon} />
        <p class="banner__text">{t(isCleared ? "listen.no_clearance_any_more" : "listen.stopped")}</p>
        <button class="btn btn--dense" type="button" onClick={() => location.reload()}>
          {t("try_again")}
        </button>
      </div>
    );
  }
  if (state === "open" || state === null || !held.hasWelcome.value) return null;
  return (
    <div class="banner banner--caution">
      <Icon of={offlineIcon} />
      <p class="banner__text">
        <strong>{t("listen.reconnecting")}</strong>
        {t("listen.reconnecting_hint")}
      </p>
    </div>
  );
}
