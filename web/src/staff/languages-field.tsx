import { Field } from "./field";
import { t } from "./words";

interface Props {
  value: string;
  change: (value: string) => void;
}

/** The languages somebody speaks, by their tags. */
export function LanguagesField({ value, change }: Props) {
  return (
    <Field label={t("person.languages")} soft={t("person.languages_soft")}>
      {(joined) => (
        <input
          {...joined}
          class="input input--dense"
          required
          autocapitalize="none"
          spellcheck={false}
          value={value}
          onInput={(event) => change(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}
