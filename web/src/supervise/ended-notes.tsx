// What listeners wrote after one ended chat. Each look is noted, so that it takes a press.
import { useState } from "preact/hooks";
import { call } from "../shared/http";
import { useDoing } from "../staff/loading";
import { clock, problemWords } from "../staff/say";
import { t } from "../staff/words";
import type { WrapUpNote } from "../staff/wrap-up-notes";

export function EndedNotes({ chatId, endedAtMs }: { chatId: string; endedAtMs: number }) {
  const doing = useDoing();
  const [notes, setNotes] = useState<WrapUpNote[] | null>(null);
  const read = () =>
    doing.run(async () => {
      const path = `/api/supervise/chats/${encodeURIComponent(chatId)}/notes/readings`;
      setNotes((await call<{ notes: WrapUpNote[] }>("POST", path)).notes);
    });
  if (notes === null) {
    return (
      <div class="stack stack--1">
        <div>
          <button class="btn btn--dense" type="button" disabled={doing.isDoing} onClick={() => void read()}>
            {t("ended.read_note")}
            <span class="visually-hidden"> {t("ended.read_note_of", { clock: clock(endedAtMs) })}</span>
          </button>
        </div>
        {doing.problem !== null && (
          <span class="error" role="alert">
            {problemWords(doing.problem)}
          </span>
        )}
      </div>
    );
  }
  return (
    <div class="stack stack--1" role="status">
      {notes.length === 0 && <span class="soft">{t("ended.no_note")}</span>}
      {notes.map((note) => (
        <div class="stack stack--1" key={`${note.listener_name} ${note.at_ms}`}>
          <span class="tiny soft">{t("ended.note_by", { name: note.listener_name ?? t("reports.somebody") })}</span>
          <p class="bubble private" dir="auto">
            {note.words}
          </p>
        </div>
      ))}
    </div>
  );
}
