import { useCallback } from "preact/hooks";
import { call } from "../shared/http";
import { warningIcon } from "../shared/icon";
import { Banner } from "../staff/field";
import { useLoaded } from "../staff/loading";
import { dayAndClock } from "../staff/say";
import { t } from "../staff/words";

interface SetAsideChat {
  chat_id: string;
  why: string;
  first_at_ms: number;
  tries: number;
}

/** Ended chats that wait for somebody to look, wherever an admin is. Absent where there are none. */
export function SetAside() {
  const load = useCallback(() => call<{ chats: SetAsideChat[] }>("GET", "/api/admin/set-aside"), []);
  const { value } = useLoaded(load);
  if (!value || value.chats.length === 0) return null;
  return (
    <Banner kind="caution" icon={warningIcon}>
      <strong>{t("set_aside.title", { n: value.chats.length })}</strong>
      <p class="small">{t("set_aside.hint")}</p>
      <ul class="small">
        {value.chats.map((chat) => (
          <li key={chat.chat_id}>
            {t("set_aside.line", {
              id: chat.chat_id,
              why: chat.why,
              since: dayAndClock(chat.first_at_ms),
              n: chat.tries,
            })}
          </li>
        ))}
      </ul>
    </Banner>
  );
}
