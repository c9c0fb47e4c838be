import { useCallback, useEffect, useRef } from "preact/hooks";
import { call } from "../shared/http";
import { handsIcon, Icon } from "../shared/icon";
import { announce } from "../shared/status";
import { useLoaded } from "../staff/loading";
import { t } from "../staff/words";
import type { Board } from "./board";

interface FirstChatsLine {
  person_id: string;
  display_name: string;
  is_in_chat: boolean;
  number: number;
}

interface FirstChatsShown {
  first_chats: number;
  people: FirstChatsLine[];
}

/** The facts of a chat that ended, which are counted, are written a moment later. */
const AGAIN_AFTER_MS = 6000;

/** New listeners on duty, with which of their first chats goes on or comes next. Absent where there are none. */
export function FirstChats({ board }: { board: Board }) {
  const load = useCallback(() => call<FirstChatsShown>("GET", "/api/supervise/first-chats"), []);
  const { value, again } = useLoaded(load);
  const told = board.pools.value.map((pool) => `${pool.available}/${pool.in_chat}/${pool.open_chats}`).join();
  useEffect(() => {
    // At once, since somebody may want to be near from the first line on; and again for the facts.
    void again();
    const later = setTimeout(() => void again(), AGAIN_AFTER_MS);
    return () => clearTimeout(later);
  }, [told, again]);
  const begun = useRef(new Set<string>());
  useEffect(() => {
    const now = new Set(value?.people.filter((one) => one.is_in_chat).map((one) => one.person_id));
    for (const one of value?.people ?? []) {
      if (now.has(one.person_id) && !begun.current.has(one.person_id)) {
        announce(t("first_chats.begun", { name: one.display_name }));
      }
    }
    begun.current = now;
  }, [value]);
  if (!value || value.people.length === 0) return null;
  return (
    <section class="span-12 panel">
      <table class="table table--stack">
        <caption>{t("first_chats.title")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("first_chats.name")}</th>
            <th scope="col">{t("first_chats.now")}</th>
          </tr>
        </thead>
        <tbody>
          {value.people.map((one) => (
            <tr key={one.person_id}>
              <th scope="row">{one.display_name}</th>
              <td data-label={t("first_chats.now")}>
                {one.is_in_chat ? (
                  <span class="chip chip--flame">
                    <Icon of={handsIcon} />
                    {t("first_chats.in_chat", { n: one.number, m: value.first_chats })}
                  </span>
                ) : (
                  t("first_chats.next", { n: one.number, m: value.first_chats })
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="small soft panel__note">{t("first_chats.hint", { n: value.first_chats })}</p>
    </section>
  );
}
