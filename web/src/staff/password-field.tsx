import { Field } from "./field";

interface Props {
  label: string;
  hint?: string;
  error?: string | null;
  name?: string;
  /** To be chosen now, by the rules for passwords; else the one that was chosen. */
  isNew?: boolean;
  value: string;
  change: (value: string) => void;
}

/** One's own password, which a password manager may fill in or keep. */
export function PasswordField({ name, isNew, value, change, ...told }: Props) {
  return (
    <Field {...told}>
      {(joined) => (
        <input
          {...joined}
          class="input"
          type="password"
          name={name}
          autocomplete={isNew ? "new-password" : "current-password"}
          required
          minLength={isNew ? 12 : undefined}
          maxLength={isNew ? 200 : undefined}
          value={value}
          onInput={(event) => change(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}
