// What this listener wrote after chats: theirs to read for as long as the chats' words are kept.
import { useCallback, useEffect, useState } from "preact/hooks";
import { call } from "../shared/http";
import { downIcon, Icon } from "../shared/icon";
import { Frame } from "../staff/frame";
import { useLoaded } from "../staff/loading";
import { dayAndClock, topicName } from "../staff/say";
import { t } from "../staff/words";
import type { WrapUpNote } from "../staff/wrap-up-notes";
import type { Console } from "./console";

/** Folded: words from chats that are over shall not look over anybody's shoulder. */
export function Notes({ held }: { held: Console }) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <details class="fold" open={isOpen} onToggle={(event) => setIsOpen(event.currentTarget.open)}>
      <summary>
        {t("notes.title")}
        <Icon of={downIcon} />
      </summary>
      {isOpen && <Own held={held} />}
    </details>
  );
}

function Own({ held }: { held: Console }) {
  const load = useCallback(() => call<{ notes: WrapUpNote[] }>("GET", "/api/listen/notes"), []);
  const loaded = useLoaded(load);
  const { again } = loaded;
  // A wrap-up that ended has left its desk, perhaps with a note.
  const desks = held.shown.value.length;
  useEffect(() => {
    void again();
  }, [desks, again]);
  return (
    <div class="fold__body stack stack--3">
      <p class="tiny soft">{t("notes.hint")}</p>
      <Frame loaded={loaded}>
        {({ notes }) =>
          notes.length === 0 ? (
            <p class="small soft">{t("notes.none")}</p>
          ) : (
            <ul class="stack stack--3">
              {notes.map((note) => (
                <li class="stack stack--1" key={note.chat_id}>
                  <span class="tiny soft">{[dayAndClock(note.at_ms), ...note.topics.map(topicName)].join(", ")}</span>
                  <p class="bubble" dir="auto">
                    {note.words}
                  </p>
                </li>
              ))}
            </ul>
          )
        }
      </Frame>
    </div>
  );
}
