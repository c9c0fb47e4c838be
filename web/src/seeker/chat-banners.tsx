import { clockIcon, closeIcon, Icon, offlineIcon } from "../shared/icon";
import { CrisisHelp } from "./crisis-panel";
import { confirmHere } from "./journey";
import { confirm, isHelpOffered, isLost, line } from "./state";
import { companion, currentChat, listenerOf } from "./talking";
import { say } from "./words";

function Banner({ icon, title, more }: { icon: string; title: string; more: string }) {
  return (
    <div class="banner banner--caution">
      <Icon of={icon} />
      <p class="banner__text">
        <strong>{title}</strong>
        {more}
      </p>
    </div>
  );
}

/** What is wrong right now, and whose fault it isn't: one thing at a time. Announced through the status region. */
export function ConnectionBanner() {
  const chat = currentChat();
  const listener = listenerOf(chat);
  const name = companion.value?.name ?? "";
  if (isLost.value) {
    return <Banner icon={offlineIcon} title={say("chat.reconnecting")} more={say("chat.reconnecting_more")} />;
  }
  if (confirm.value !== null || line.value?.state === "parked") {
    const isAsked = confirm.value !== null;
    return (
      <div class="banner banner--lit" role="alertdialog" aria-labelledby="ready" aria-describedby="ready-more">
        <p class="banner__text">
          <strong id="ready">{say(isAsked ? "confirm.title" : "parked.title")}</strong>
          <span id="ready-more">{say(isAsked ? "confirm.more" : "parked.more")}</span>
        </p>
        <button class="btn btn--main" type="button" onClick={confirmHere}>
          {say("confirm.yes")}
        </button>
      </div>
    );
  }
  if (listener === null && chat !== null) {
    return <Banner icon={clockIcon} title={say("chat.requeued")} more={say("chat.requeued_more")} />;
  }
  if (listener !== null && !listener.is_present) {
    return <Banner icon={clockIcon} title={say("chat.dropped", { name })} more={say("chat.dropped_more", { name })} />;
  }
  return null;
}

/** The crisis numbers in the page itself: a dialog would take the field away from someone who is writing. */
export function HelpOffered() {
  if (!isHelpOffered.value) return null;
  const name = companion.value?.name ?? "";
  return (
    <section class="banner banner--danger help-offered" aria-labelledby="help-offered">
      <div class="banner__text">
        <h2 id="help-offered">{say("chat.help_offered")}</h2>
        <p>{say("chat.help_offered_more", { name })}</p>
      </div>
      <button
        class="btn btn--icon btn--quiet"
        type="button"
        aria-label={say("chat.hide")}
        onClick={() => {
          isHelpOffered.value = false;
        }}
      >
        <Icon of={closeIcon} />
      </button>
      <div class="help-offered__numbers">
        <CrisisHelp />
      </div>
    </section>
  );
}
