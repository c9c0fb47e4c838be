import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { call } from "../shared/http";
import { handsIcon, Icon } from "../shared/icon";
import { announce } from "../shared/status";
import { useDoing, useLoaded } from "../staff/loading";
import { clock, problemWords } from "../staff/say";
import { t } from "../staff/words";
import type { Board } from "./board";
import { placeOf } from "./observed-chats";

interface FirstChat {
  chat_id: string;
  opened_at_ms: number;
  observer_name: string | null;
  is_mine: boolean;
  may_attach: boolean;
}

interface FirstChatsLine {
  person_id: string;
  display_name: string;
  is_in_chat: boolean;
  number: number;
  chats: FirstChat[];
}

interface FirstChatsShown {
  first_chats: number;
  people: FirstChatsLine[];
}

/** The facts of a chat that ended, which are counted, are written a moment later. */
const AGAIN_AFTER_MS = 6000;
/** Without asking for more: in a young service everybody is new, and a long list hides what stands below it. */
const FIRST = 3;

/** New listeners on duty, with which of their first chats goes on or comes next. Absent where there are none. */
export function FirstChats({ board }: { board: Board }) {
  const load = useCallback(() => call<FirstChatsShown>("GET", "/api/supervise/first-chats"), []);
  const { value, again } = useLoaded(load);
  const mine = board.observing.chats.value.map((chat) => chat.chatId).join();
  const told = `${mine} ${board.pools.value.map((pool) => `${pool.available}/${pool.in_chat}/${pool.open_chats}`).join()}`;
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
  const [isAll, setIsAll] = useState(false);
  if (!value || value.people.length === 0) return null;
  return (
    <section class="span-12 panel">
      <table class="table table--stack">
        <caption>{t("first_chats.title")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("first_chats.name")}</th>
            <th scope="col">{t("first_chats.now")}</th>
            <th scope="col">{t("first_chats.near")}</th>
          </tr>
        </thead>
        <tbody>
          {(isAll ? value.people : value.people.slice(0, FIRST)).map((one) => (
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
              <td data-label={t("first_chats.near")}>
                <div class="stack stack--1">
                  {one.chats.map((chat) => (
                    <Near
                      key={chat.chat_id}
                      chat={chat}
                      name={one.display_name}
                      since={one.chats.length > 1 ? t("first_chats.since", { clock: clock(chat.opened_at_ms) }) : null}
                      again={again}
                    />
                  ))}
                </div>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {!isAll && value.people.length > FIRST && (
        <p class="panel__note">
          <button class="btn btn--dense" type="button" onClick={() => setIsAll(true)}>
            {t("first_chats.all", { n: value.people.length })}
          </button>
        </p>
      )}
      <p class="small soft panel__note">{t("first_chats.hint", { n: value.first_chats })}</p>
    </section>
  );
}

interface NearProps {
  chat: FirstChat;
  name: string;
  /** Which of several chats this one is; null where there is one. */
  since: string | null;
  again: () => Promise<void>;
}

/** Who is attached to one chat, or the way to be. */
function Near({ chat, name, since, again }: NearProps) {
  const doing = useDoing();
  const attach = () =>
    doing.run(async () => {
      // Also where it was refused: somebody else may be attached by now.
      await call("PUT", placeOf(chat.chat_id)).finally(again);
    });
  return (
    <div class="row row--tight">
      {since !== null && <span class="soft figures">{since}</span>}
      <span>{chat.observer_name ?? t("first_chats.nobody")}</span>
      {chat.observer_name === null && chat.may_attach && (
        <button class="btn btn--dense" type="button" disabled={doing.isDoing} onClick={() => void attach()}>
          {t("first_chats.attach")}
          <span class="visually-hidden">
            {" "}
            {t("first_chats.attach_to", { name })} {since}
          </span>
        </button>
      )}
      {chat.observer_name === null && !chat.may_attach && (
        <span class="tiny soft">{t("first_chats.no_clearance")}</span>
      )}
      {doing.problem !== null && (
        <span class="error" role="alert">
          {problemWords(doing.problem)}
        </span>
      )}
    </div>
  );
}
