import { type ComponentChildren, render } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Flame } from "../shared/mark";
import { thisDevice } from "../shared/safe-storage";
import { Status } from "../shared/status";
import { restoreTheme } from "../shared/theme";
import { speakHere } from "../shared/words";
import { LANGUAGE_KEY } from "../staff/mount";
import { t, words } from "../staff/words";
import { Join } from "./join";
import { SignIn } from "./sign-in";

/** The street stands in the page already (a drawing, so it needs no program); it moves behind the card. */
function Street() {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const drawing = document.querySelector("#street svg");
    if (drawing && place.current) place.current.append(drawing);
  }, []);
  return <div class="gate__street" ref={place} aria-hidden="true" />;
}

function Gate({ children }: { children: ComponentChildren }) {
  return (
    <main class="gate">
      <div class="gate__inner">
        <div class="card sign-in stack stack--6">
          <a class="mark" href="/" aria-label={t("start_page")}>
            <Flame />
            <span>{t("name")}</span>
          </a>
          {children}
        </div>
      </div>
      <Street />
    </main>
  );
}

/** Where to go afterwards. A redirect of the server names the page only; the browser carries the part after # along. */
function nextAddress(): string | null {
  const next = new URLSearchParams(location.search).get("next");
  return next !== null && !next.includes("#") ? next + location.hash : next;
}

async function start(): Promise<void> {
  restoreTheme(thisDevice);
  await speakHere(words, thisDevice.getItem(LANGUAGE_KEY));
  const root = document.getElementById("page");
  const code = /^\/join\/([^/]+)\/?$/.exec(location.pathname)?.[1];
  if (!root) return;
  if (code) document.title = t("title.join");
  render(
    <>
      <Gate>{code ? <Join code={decodeURIComponent(code)} /> : <SignIn next={nextAddress()} />}</Gate>
      <Status />
    </>,
    root,
  );
}

void start();
