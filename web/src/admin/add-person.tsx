import { useState } from "preact/hooks";
import { Dialog } from "../shared/dialog";
import { warningIcon } from "../shared/icon";
import { Banner, Field } from "../staff/field";
import { useDoing } from "../staff/loading";
import { problemWords } from "../staff/say";
import { t, words } from "../staff/words";
import { tagsOf } from "./entries";
import { GivenPassword } from "./given-password";
import { addPerson } from "./people";
import { PersonFields, type Typed } from "./person-fields";
import { refusedField } from "./refused-field";

export function AddPerson({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [typed, setTyped] = useState<Typed>({
    display_name: "",
    role: "listener",
    languages: words.language,
    max_chats: "4",
  });
  const doing = useDoing();
  const refused = refusedField(doing.problem);
  const known = refused && (refused.field in typed || ["name", "password"].includes(refused.field));

  const add = async (event: Event) => {
    event.preventDefault();
    const isDone = await doing.run(async () => {
      const saved = await addPerson({
        name: name.trim().toLowerCase(),
        password,
        display_name: typed.display_name,
        role: typed.role,
        languages: tagsOf(typed.languages),
        max_chats: Number(typed.max_chats),
      });
      location.hash = `#people/${encodeURIComponent(saved.person.person_id)}`;
    });
    if (isDone) onClose();
  };

  return (
    <Dialog id="add-person" title={t("people.add")} closeLabel={t("close")} onClose={onClose}>
      <form class="stack stack--5" onSubmit={add}>
        <p class="small soft">{t("people.add_hint")}</p>
        {doing.problem !== null && !known && (
          <Banner kind="caution" icon={warningIcon} isAlert>
            {problemWords(doing.problem)}
          </Banner>
        )}
        <Field
          label={t("person.sign_in_name")}
          hint={t("name_hint")}
          error={refused?.field === "name" ? refused.words : null}
        >
          {(joined) => (
            <input
              {...joined}
              class="input"
              required
              minLength={2}
              maxLength={40}
              autocomplete="off"
              autocapitalize="none"
              spellcheck={false}
              value={name}
              onInput={(event) => setName(event.currentTarget.value)}
            />
          )}
        </Field>
        <GivenPassword
          label={t("person.first_password")}
          hint={t("password_hint")}
          error={refused?.field === "password" ? refused.words : null}
          value={password}
          change={setPassword}
        />
        <PersonFields
          typed={typed}
          change={setTyped}
          refused={refused ? { field: refused.field as keyof Typed, words: refused.words } : null}
        />
        <div class="row">
          <button class="btn btn--main" type="submit">
            {t("people.add")}
          </button>
          <button class="btn" type="button" onClick={onClose}>
            {t("cancel")}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
