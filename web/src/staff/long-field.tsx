import { Field } from "./field";

interface Props {
  label: string;
  soft?: string;
  hint?: string;
  rows: number;
  maxLength: number;
  isRequired?: boolean;
  value: string;
  change: (value: string) => void;
}

/** A labelled field for more than one line of words. */
export function LongField({ rows, maxLength, isRequired, value, change, ...told }: Props) {
  return (
    <Field {...told}>
      {(joined) => (
        <textarea
          {...joined}
          class="input"
          rows={rows}
          required={isRequired}
          maxLength={maxLength}
          value={value}
          onInput={(event) => change(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}
