// How every staff page begins: theme, language, who is there; then the page, or why it can't be shown.
import { type ComponentType, render } from "preact";
import { Icon, warningIcon } from "../shared/icon";
import { thisDevice } from "../shared/safe-storage";
import { Status } from "../shared/status";
import { restoreTheme } from "../shared/theme";
import { speakHere } from "../shared/words";
import { startClock } from "./clock";
import { loadMe, type Me, maySupervise } from "./me";
import { watchOpenReports } from "./open-reports";
import { problemWords } from "./say";
import { StaffBar } from "./staff-bar";
import { t, words } from "./words";
import "./staff-more.css";

export const LANGUAGE_KEY = "tealight.language";

export interface PageProps {
  person: Me;
}

interface Options {
  here: string;
  /** May this person use the page? What they see if not is a plain sentence. */
  isFor: (person: Me) => boolean;
  /** A page that fills the window and scrolls inside. */
  bodyClass?: string;
  /** Called once, when the page may be used and stands. */
  started?: () => void;
}

export async function mountStaffPage(Page: ComponentType<PageProps>, options: Options): Promise<void> {
  restoreTheme(thisDevice);
  await speakHere(words, thisDevice.getItem(LANGUAGE_KEY));
  const root = document.getElementById("page");
  if (!root) return;
  let person: Me | null;
  try {
    person = await loadMe();
  } catch (problem) {
    render(<Trouble words={problemWords(problem)} />, root);
    return;
  }
  if (!person) return;
  startClock();
  // The board tells of those that nobody has read, in words of its own.
  if (maySupervise(person)) watchOpenReports(options.here !== "/supervise");
  if (options.bodyClass) {
    document.body.classList.add(options.bodyClass);
    root.classList.add(options.bodyClass);
  }
  render(
    <>
      <a class="skip" href="#main">
        {t("skip")}
      </a>
      <StaffBar here={options.here} />
      {options.isFor(person) ? <Page person={person} /> : <NotForYou />}
      <Status />
    </>,
    root,
  );
  if (options.isFor(person)) options.started?.();
}

function Trouble({ words: sentence }: { words: string }) {
  return (
    <main class="staff-main stack" id="main">
      <div class="banner banner--caution banner--inset" role="alert">
        <Icon of={warningIcon} />
        <p class="banner__text">{sentence}</p>
        <button class="btn btn--dense" type="button" onClick={() => location.reload()}>
          {t("try_again")}
        </button>
      </div>
    </main>
  );
}

function NotForYou() {
  return (
    <main class="staff-main stack" id="main">
      <h1>{t("not_for_you.title")}</h1>
      <p>{t("not_for_you.text")}</p>
    </main>
  );
}
