import { useState } from "preact/hooks";
import { Dialog } from "../shared/dialog";
import { call } from "../shared/http";
import { Field } from "../staff/field";
import { useDoing } from "../staff/loading";
import { LongField } from "../staff/long-field";
import { poolName } from "../staff/say";
import { t } from "../staff/words";
import { WrongBanner } from "../staff/wrong";
import { HoursFields } from "./hours-fields";
import { firstHours } from "./opening-hours";
import { POOLS_PATH, type Pool } from "./pools";

interface Props {
  pool: Pool;
  saved: () => Promise<void>;
  onClose: () => void;
}

/** Adults have no upper age, teens must have one: so an adult pool shows one age field and a teen pool two. */
export function PoolDialog({ pool, saved, onClose }: Props) {
  const [name, setName] = useState(pool.name);
  const [text, setText] = useState(pool.text);
  const [minAge, setMinAge] = useState(String(pool.min_age));
  const [maxAge, setMaxAge] = useState(pool.max_age === null ? "" : String(pool.max_age));
  const [isOpen, setIsOpen] = useState(pool.is_open);
  const [hours, setHours] = useState(pool.hours);
  const doing = useDoing();

  const save = async (event: Event) => {
    event.preventDefault();
    const isDone = await doing.run(async () => {
      await call("PATCH", `${POOLS_PATH}/${encodeURIComponent(pool.pool_id)}`, {
        name: name.trim(),
        text: text.trim(),
        min_age: Number(minAge),
        max_age: maxAge === "" ? null : Number(maxAge),
        is_open: isOpen,
        hours: hours && hours.weekly.length > 0 ? hours : null,
      });
      await saved();
    });
    if (isDone) onClose();
  };

  return (
    <Dialog id="pool" title={poolName(pool)} closeLabel={t("close")} onClose={onClose}>
      <form class="stack stack--5" onSubmit={save}>
        <WrongBanner problem={doing.problem} />
        <label class="tick">
          <input type="checkbox" checked={isOpen} onChange={(event) => setIsOpen(event.currentTarget.checked)} />
          <span>
            {t("pool.is_open")}
            <span class="hint">{t("pool.is_open_hint")}</span>
          </span>
        </label>
        <Field label={t("pool.name")}>
          {(joined) => (
            <input
              {...joined}
              class="input"
              required
              maxLength={200}
              value={name}
              onInput={(event) => setName(event.currentTarget.value)}
            />
          )}
        </Field>
        <LongField
          label={t("pool.text")}
          hint={t("pool.text_hint")}
          rows={3}
          maxLength={2000}
          value={text}
          change={setText}
        />
        <fieldset class="row row--ends row--numbers">
          <legend class="visually-hidden">{t("pool.ages")}</legend>
          <Field label={t("pool.youngest")}>
            {(joined) => (
              <input
                {...joined}
                class="input input--number"
                type="number"
                min={0}
                max={120}
                required
                value={minAge}
                onInput={(event) => setMinAge(event.currentTarget.value)}
              />
            )}
          </Field>
          <Field label={t("pool.oldest")} soft={pool.age_band === "adult" ? t("optional") : undefined}>
            {(joined) => (
              <input
                {...joined}
                class="input input--number"
                type="number"
                min={0}
                max={120}
                required={pool.age_band === "teen"}
                value={maxAge}
                onInput={(event) => setMaxAge(event.currentTarget.value)}
              />
            )}
          </Field>
        </fieldset>
        <label class="tick">
          <input
            type="checkbox"
            checked={hours !== null}
            onChange={(event) => setHours(event.currentTarget.checked ? (pool.hours ?? firstHours()) : null)}
          />
          <span>
            {t("pool.has_hours")}
            <span class="hint">{t("pool.has_hours_hint")}</span>
          </span>
        </label>
        {hours && <HoursFields hours={hours} change={setHours} />}
        <div class="row">
          <button class="btn btn--main" type="submit">
            {t("save")}
          </button>
          <button class="btn" type="button" onClick={onClose}>
            {t("cancel")}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
