import { useCallback, useState } from "preact/hooks";
import { call } from "../shared/http";
import type { AgeBand } from "../shared/wire";
import { Field } from "../staff/field";
import { useDoing, useLoaded } from "../staff/loading";
import { poolName, problemWords } from "../staff/say";
import { t } from "../staff/words";
import { WrongBanner } from "../staff/wrong";
import type { Hours } from "./opening-hours";
import { PoolDialog } from "./pool-dialog";

export interface Pool {
  pool_id: string;
  language: string;
  age_band: AgeBand;
  name: string;
  min_age: number;
  max_age: number | null;
  text: string;
  flags: Record<string, boolean>;
  hours: Hours | null;
  is_open: boolean;
}

export const POOLS_PATH = "/api/admin/pools";

export function Pools() {
  const load = useCallback(() => call<{ pools: Pool[] }>("GET", POOLS_PATH), []);
  const { value, problem, again } = useLoaded(load);
  const [changing, setChanging] = useState<Pool | null>(null);
  return (
    <div class="stack">
      <div class="staff-title">
        <div>
          <h1>{t("admin.pools")}</h1>
          <p class="soft">{t("pool.hint")}</p>
        </div>
      </div>
      <WrongBanner problem={problem} />
      {value && (
        <section class="panel">
          <table class="table table--stack">
            <caption class="visually-hidden">{t("admin.pools")}</caption>
            <thead>
              <tr>
                <th scope="col">{t("pools.pool")}</th>
                <th scope="col">{t("pool.name")}</th>
                <th scope="col">{t("pool.ages")}</th>
                <th scope="col">{t("pool.hours")}</th>
                <th scope="col">{t("pools.state")}</th>
                <th scope="col">
                  <span class="visually-hidden">{t("change")}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {value.pools.map((pool) => (
                <tr key={pool.pool_id}>
                  <th scope="row">{poolName(pool)}</th>
                  <td data-label={t("pool.name")}>{pool.name}</td>
                  <td data-label={t("pool.ages")} class="figures">
                    {pool.max_age === null
                      ? t("pool.from_age", { n: pool.min_age })
                      : t("pool.from_to", { from: pool.min_age, to: pool.max_age })}
                  </td>
                  <td data-label={t("pool.hours")}>
                    {pool.hours ? t("pool.some_hours", { n: pool.hours.weekly.length }) : t("pool.any_hour")}
                  </td>
                  <td data-label={t("pools.state")}>
                    {pool.is_open ? (
                      <span class="chip chip--calm">{t("pool.open")}</span>
                    ) : (
                      <span class="chip chip--caution">{t("pool.closed")}</span>
                    )}
                  </td>
                  <td class="full">
                    <button
                      class="btn btn--dense"
                      type="button"
                      aria-haspopup="dialog"
                      onClick={() => setChanging(pool)}
                    >
                      {t("change")}
                      <span class="visually-hidden"> {poolName(pool)}</span>
                    </button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
      <OpenLanguage opened={again} />
      {changing && <PoolDialog pool={changing} saved={again} onClose={() => setChanging(null)} />}
    </div>
  );
}

function OpenLanguage({ opened }: { opened: () => Promise<void> }) {
  const [language, setLanguage] = useState("");
  const doing = useDoing();
  const open = async (event: Event) => {
    event.preventDefault();
    const isDone = await doing.run(async () => {
      await call("POST", POOLS_PATH, { language: language.trim() });
      await opened();
    });
    if (isDone) setLanguage("");
  };
  return (
    <form class="panel panel__body panel--form row row--ends" onSubmit={open}>
      <Field
        label={t("pool.open_language")}
        hint={t("pool.open_language_hint")}
        error={doing.problem === null ? null : problemWords(doing.problem)}
      >
        {(joined) => (
          <input
            {...joined}
            class="input input--dense"
            required
            maxLength={35}
            autocapitalize="none"
            spellcheck={false}
            value={language}
            onInput={(event) => setLanguage(event.currentTarget.value)}
          />
        )}
      </Field>
      <button class="btn btn--dense" type="submit">
        {t("pool.open_it")}
      </button>
    </form>
  );
}
