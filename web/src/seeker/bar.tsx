import { exitIcon, helpIcon, Icon } from "../shared/icon";
import { Mark } from "../shared/mark";
import { leaveFast } from "./leave";
import { isCrisisOpen } from "./state";
import { leavesTo } from "./static-page";
import { say } from "./words";

/** A real link, so that it works whatever becomes of the program. */
export function QuickExit() {
  return (
    <a
      class="quick-exit"
      href={leavesTo}
      rel="noreferrer"
      aria-keyshortcuts="Escape"
      onClick={(event) => {
        event.preventDefault();
        leaveFast();
      }}
    >
      <Icon of={exitIcon} points />
      <span>{say("leave_fast")}</span>
      <kbd>Esc Esc</kbd>
    </a>
  );
}

export function HelpNow() {
  return (
    <button
      class="help-now"
      type="button"
      aria-haspopup="dialog"
      onClick={() => {
        isCrisisOpen.value = true;
      }}
    >
      <Icon of={helpIcon} />
      <span>{say("help_now")}</span>
    </button>
  );
}

/** What nothing may cover, a dialog neither. */
export function WaysOut() {
  return (
    <span class="row row--tight">
      <HelpNow />
      <QuickExit />
    </span>
  );
}

interface Props {
  skipTo: string;
  skipWords: string;
}

export function Bar({ skipTo, skipWords }: Props) {
  return (
    <>
      <a class="skip" href={`#${skipTo}`}>
        {skipWords}
      </a>
      <header class="bar">
        <Mark href="/" name={say("name")} label={say("start_page")} />
        <HelpNow />
        <QuickExit />
      </header>
    </>
  );
}
