import { closeIcon, Icon } from "../shared/icon";
import { Field } from "../staff/field";
import { t, words } from "../staff/words";
import { dayNames, forField, type Hours, type OpenTime } from "./opening-hours";

interface Props {
  hours: Hours;
  change: (hours: Hours) => void;
}

export function HoursFields({ hours, change }: Props) {
  const days = dayNames(words.language);
  const changeSpan = (index: number, part: Partial<OpenTime>) =>
    change({ ...hours, weekly: hours.weekly.map((span, at) => (at === index ? { ...span, ...part } : span)) });
  const add = () => {
    const last = hours.weekly[hours.weekly.length - 1];
    const day = last ? (last.day + 1) % 7 : 0;
    change({
      ...hours,
      weekly: [...hours.weekly, { day, opens: last?.opens ?? "18:00", closes: last?.closes ?? "23:00" }],
    });
  };
  return (
    <fieldset class="stack stack--3">
      <legend class="visually-hidden">{t("pool.hours")}</legend>
      <Field label={t("pool.time_zone")} hint={t("pool.time_zone_hint")}>
        {(joined) => (
          <input
            {...joined}
            class="input input--dense"
            required
            maxLength={64}
            spellcheck={false}
            value={hours.time_zone}
            onInput={(event) => change({ ...hours, time_zone: event.currentTarget.value })}
          />
        )}
      </Field>
      <ul class="stack stack--2">
        {hours.weekly.map((span, index) => (
          // spans have no id, and two may be the same
          <li class="hours" key={index}>
            <label>
              <span class="visually-hidden">{t("pool.day")}</span>
              <select
                class="input input--dense"
                value={String(span.day)}
                onChange={(event) => changeSpan(index, { day: Number(event.currentTarget.value) })}
              >
                {days.map((name, day) => (
                  <option key={name} value={String(day)}>
                    {name}
                  </option>
                ))}
              </select>
            </label>
            <Time label={t("pool.opens")} value={span.opens} change={(opens) => changeSpan(index, { opens })} />
            <Time
              label={t("pool.closes")}
              value={forField(span.closes)}
              change={(closes) => changeSpan(index, { closes })}
            />
            <button
              class="btn btn--dense btn--icon btn--quiet"
              type="button"
              aria-label={t("pool.remove_span", { day: days[span.day] ?? "" })}
              onClick={() => change({ ...hours, weekly: hours.weekly.filter((_, at) => at !== index) })}
            >
              <Icon of={closeIcon} />
            </button>
          </li>
        ))}
      </ul>
      <button class="btn btn--dense" type="button" onClick={add}>
        {t("pool.add_span")}
      </button>
      <p class="small soft">{t("pool.span_hint")}</p>
    </fieldset>
  );
}

function Time({ label, value, change }: { label: string; value: string; change: (value: string) => void }) {
  return (
    <label>
      <span class="visually-hidden">{label}</span>
      <input
        class="input input--dense"
        type="time"
        required
        value={value}
        onInput={(event) => change(event.currentTarget.value)}
      />
    </label>
  );
}
