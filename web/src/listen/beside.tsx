// A supervisor is near in a listener's first chats: who that is, and what the two write to each other.
import { useEffect, useRef, useState } from "preact/hooks";
import { downIcon, handsIcon, Icon } from "../shared/icon";
import { announce } from "../shared/status";
import { Whispers } from "../staff/whispers";
import { t } from "../staff/words";
import type { Desk } from "./desk";

/** Nothing while nobody reads along and nothing was written; folded, so that it never covers the chat. */
export function Beside({ desk }: { desk: Desk }) {
  const { told } = desk.chat;
  const name = (desk.isOpen && told.observer) || null;
  const about = desk.seeker?.name || t("seeker");
  const count = told.whispers ?? 0;
  const [isOpen, setIsOpen] = useState(false);
  const seen = useRef(0);
  const before = useRef<string | null>(null);
  useEffect(() => {
    if (name !== null) announce(t("beside.reads_along", { name }));
    else if (before.current !== null && desk.isOpen) announce(t("beside.over"));
    before.current = name;
  }, [name, desk]);
  if (isOpen) seen.current = count;
  const fresh = count - seen.current;
  useEffect(() => {
    if (fresh > 0 && before.current !== null) announce(t("whispers.new", { name: before.current }));
  }, [fresh]);
  if (name === null && count === 0) return null;
  return (
    <details class="beside fold" open={isOpen} onToggle={(event) => setIsOpen(event.currentTarget.open)}>
      <summary>
        <span class="beside__who">
          <Icon of={handsIcon} />
          {name === null ? t("whispers.title_past", { about }) : t("beside.reads_along", { name })}
          {fresh > 0 && (
            <span class="count">
              <span aria-hidden="true">{fresh}</span>
              <span class="visually-hidden">{t("desk.unread", { n: fresh })}</span>
            </span>
          )}
        </span>
        {name !== null && <span class="beside__ask">{t("beside.ask", { name })}</span>}
        <Icon of={downIcon} />
      </summary>
      {isOpen && <Whispers chatId={desk.chatId} count={count} observer={name} about={about} />}
    </details>
  );
}
