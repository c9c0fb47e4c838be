import { signal } from "@preact/signals";
import { useState } from "preact/hooks";
import type { ConnectionState } from "../shared/connection";
import { Icon, moonIcon } from "../shared/icon";
import { Mark } from "../shared/mark";
import { thisDevice } from "../shared/safe-storage";
import { switchTheme } from "../shared/theme";
import { AccountDialog } from "./account-dialog";
import { type Me, mayAdmin, mayListen, maySupervise, me } from "./me";
import { openReports } from "./open-reports";
import { t, type WordKey } from "./words";

/** The state of this page's connection; null on pages that hold none. */
export const connectionState = signal<ConnectionState | null>(null);

interface Tab {
  href: string;
  key: WordKey;
  isFor: (person: Me) => boolean;
}

const BOARD = "/supervise";

const TABS: readonly Tab[] = [
  { href: "/listen", key: "bar.chats", isFor: mayListen },
  { href: BOARD, key: "bar.board", isFor: maySupervise },
  { href: "/admin", key: "bar.admin", isFor: mayAdmin },
  { href: "/learn", key: "bar.learn", isFor: () => true },
];

export function StaffBar({ here }: { here: string }) {
  const [isOpen, setIsOpen] = useState(false);
  const person = me.value;
  return (
    <header class="staff-bar">
      <Mark href="/" name={t("name")} label={t("start_page")} />
      {person && (
        <nav class="tabs" aria-label={t("bar.pages")}>
          {TABS.filter((tab) => tab.isFor(person)).map((tab) => (
            <a key={tab.href} class="tab" href={tab.href} aria-current={tab.href === here ? "page" : undefined}>
              {t(tab.key)}
              {tab.href === BOARD && <OpenReports />}
            </a>
          ))}
        </nav>
      )}
      <div class="staff-bar__end">
        {connectionState.value && <Connected state={connectionState.value} />}
        <button
          class="btn btn--dense btn--icon btn--quiet"
          type="button"
          aria-label={t("light_or_dark")}
          onClick={() => switchTheme(thisDevice)}
        >
          <Icon of={moonIcon} />
        </button>
        {person && (
          <button class="btn btn--dense" type="button" aria-haspopup="dialog" onClick={() => setIsOpen(true)}>
            <span class="visually-hidden">{t("bar.account")} </span>
            <span class="staff-bar__name">{person.display_name}</span>
          </button>
        )}
      </div>
      {isOpen && person && <AccountDialog person={person} onClose={() => setIsOpen(false)} />}
    </header>
  );
}

/** Beside the board, where they are read. A number alone: nothing of what was reported. */
function OpenReports() {
  const n = openReports.value;
  if (!n) return null;
  return (
    <>
      <span class="count" aria-hidden="true">
        {n}
      </span>
      <span class="visually-hidden"> {t("bar.open_reports", { n })}</span>
    </>
  );
}

function Connected({ state }: { state: ConnectionState }) {
  const isHere = state === "open";
  return (
    <span class="presence">
      <span class={isHere ? "dot dot--here" : "dot dot--lost"} />
      {t(isHere ? "bar.connected" : state === "stopped" ? "bar.stopped" : "bar.connecting")}
    </span>
  );
}
