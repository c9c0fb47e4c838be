import { Field } from "../staff/field";

interface Props {
  label: string;
  hint: string;
  error?: string | null;
  value: string;
  change: (value: string) => void;
}

/** A password that an admin makes up for somebody else, and has to read out to them: it is shown. */
export function GivenPassword({ value, change, ...told }: Props) {
  return (
    <Field {...told}>
      {(joined) => (
        <input
          {...joined}
          class="input"
          required
          minLength={12}
          maxLength={200}
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          value={value}
          onInput={(event) => change(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}
