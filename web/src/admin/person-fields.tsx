import type { Role } from "../shared/wire";
import { Field } from "../staff/field";
import { languageName, roleName } from "../staff/say";
import { t } from "../staff/words";
import { tagsOf } from "./entries";
import { STAFF_ROLES } from "./people";

/** What is typed, before it is checked: languages as one line, numbers as text. */
export interface Typed {
  display_name: string;
  role: Role;
  languages: string;
  max_chats: string;
}

interface Props {
  typed: Typed;
  change: (typed: Typed) => void;
  /** Which field the server refused, and why. */
  refused?: { field: keyof Typed; words: string } | null;
  /** One's own role is another admin's to change. */
  isOwn?: boolean;
}

export function PersonFields({ typed, change, refused, isOwn }: Props) {
  const errorOf = (field: keyof Typed) => (refused?.field === field ? refused.words : null);
  const named = tagsOf(typed.languages).map(languageName).join(", ");
  return (
    <>
      <Field label={t("person.shown_name")} hint={t("person.shown_name_hint")} error={errorOf("display_name")}>
        {(joined) => (
          <input
            {...joined}
            class="input"
            required
            maxLength={40}
            autocomplete="off"
            value={typed.display_name}
            onInput={(event) => change({ ...typed, display_name: event.currentTarget.value })}
          />
        )}
      </Field>
      <Field label={t("person.role")} hint={isOwn ? t("person.own_role") : undefined} error={errorOf("role")}>
        {(joined) => (
          <select
            {...joined}
            class="input"
            disabled={isOwn}
            value={typed.role}
            onChange={(event) => change({ ...typed, role: event.currentTarget.value as Role })}
          >
            {STAFF_ROLES.map((role) => (
              <option key={role} value={role}>
                {roleName(role)}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field
        label={t("person.languages")}
        hint={named ? t("person.languages_named", { languages: named }) : t("person.languages_hint")}
        error={errorOf("languages")}
      >
        {(joined) => (
          <input
            {...joined}
            class="input"
            required
            autocapitalize="none"
            spellcheck={false}
            value={typed.languages}
            onInput={(event) => change({ ...typed, languages: event.currentTarget.value })}
          />
        )}
      </Field>
      <Field label={t("person.max_chats")} hint={t("person.max_chats_hint")} error={errorOf("max_chats")}>
        {(joined) => (
          <input
            {...joined}
            class="input input--number"
            type="number"
            min={1}
            max={100}
            required
            value={typed.max_chats}
            onInput={(event) => change({ ...typed, max_chats: event.currentTarget.value })}
          />
        )}
      </Field>
    </>
  );
}
