import { newId } from "../shared/ids";
import { TEXT_MAX } from "../shared/wire";
import { addToDraft, draft, setDraft } from "./draft";
import { value } from "./store";
import { type Kept, keep, kept } from "./tab";
import { say } from "./words";

const firstWords = value<Kept[]>(kept("first_words") ?? []);

function change(to: Kept[]): void {
  firstWords.value = to;
  keep("first_words", to.length > 0 ? to : null);
}

/** Written while waiting, kept in this tab, sent when a listener joins. What isn't kept yet goes on as the draft of the chat. */
export function FirstWords() {
  // The chat sends and deletes them; a new visit starts without.
  if (kept("first_words") === null && firstWords.value.length > 0) firstWords.value = [];
  const save = () => {
    const text = draft.value.trim();
    if (text === "" || text.length > TEXT_MAX) return;
    change([...firstWords.value, { message_id: newId(), text, written_at_ms: Date.now() }]);
    setDraft("");
  };
  const takeBack = (one: Kept) => {
    change(firstWords.value.filter((other) => other !== one));
    addToDraft(one.text);
  };
  return (
    <div class="stack stack--3">
      <h2>{say("wait.write")}</h2>
      <p class="soft small">{say("wait.write_more")}</p>
      {firstWords.value.map((one) => (
        <div key={one.message_id} class="turn turn--mine turn--kept">
          <p class="bubble bubble--seeker" dir="auto">
            {one.text}
          </p>
          <p class="turn__meta">
            {say("wait.kept")}
            <button class="btn btn--quiet turn__act" type="button" onClick={() => takeBack(one)}>
              {say("wait.take_back")}
            </button>
          </p>
        </div>
      ))}
      <label class="field">
        <span class="visually-hidden">{say("wait.first_words")}</span>
        <textarea
          class="input"
          rows={3}
          dir="auto"
          maxLength={TEXT_MAX}
          placeholder={say("wait.placeholder")}
          value={draft.value}
          onInput={(event) => {
            setDraft(event.currentTarget.value);
          }}
        />
      </label>
      <button class="btn btn--wide" type="button" onClick={save}>
        {say("wait.keep")}
      </button>
    </div>
  );
}
