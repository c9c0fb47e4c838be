import { dayField } from "../admin/entries";
import { now } from "./clock";
import { Field } from "./field";
import { LongField } from "./long-field";
import { t } from "./words";

interface Props {
  label: string;
  value: string;
  change: (value: string) => void;
}

/** A day that has come already. */
export function PastDay({ label, value, change }: Props) {
  return (
    <Field label={label}>
      {(joined) => (
        <input
          {...joined}
          class="input input--date"
          type="date"
          required
          max={dayField(now.peek())}
          value={value}
          onInput={(event) => change(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

/** A few words that may be left out. */
export function Remark({ label, value, change }: Props) {
  return <LongField label={label} soft={t("optional")} rows={2} maxLength={2000} value={value} change={change} />;
}
