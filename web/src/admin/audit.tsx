import type { ComponentChildren } from "preact";
import { useCallback, useState } from "preact/hooks";
import { CLEARANCE_KINDS, clearanceName } from "../learn/clearances";
import { call } from "../shared/http";
import { useDoing, useLoaded } from "../staff/loading";
import type { Clearance } from "../staff/me";
import { day, dayAndClock, poolName } from "../staff/say";
import { t, wordFor } from "../staff/words";
import { WrongBanner } from "../staff/wrong";
import { detailParts } from "./entries";
import { loadPeople, nameOf } from "./people";
import { POOLS_PATH, type Pool } from "./pools";

interface Line {
  audit_id: number;
  at_ms: number;
  by: string;
  act: string;
  about: string;
  detail: Record<string, unknown>;
}

const PAGE = 100;

function clearanceWords(kind: string, value: string): string | null {
  const kinds: readonly string[] = CLEARANCE_KINDS;
  if (!kinds.includes(kind)) return null;
  const one = { kind: kind as Clearance["kind"], value };
  return `${wordFor("clearance_kind", kind, "unknown_code")}: ${clearanceName(one)}`;
}

/** What an id of a pool stands for, to write its name. */
type PoolNames = ReadonlyMap<string, string>;

async function loadFirst(): Promise<{ lines: Line[]; pools: PoolNames }> {
  const [{ lines }, { pools }] = await Promise.all([
    call<{ lines: Line[] }>("GET", `/api/admin/audit?limit=${PAGE}`),
    call<{ pools: Pool[] }>("GET", POOLS_PATH),
    loadPeople(),
  ]);
  return { lines, pools: new Map(pools.map((pool) => [pool.pool_id, poolName(pool)])) };
}

function About({ id, pools }: { id: string; pools: PoolNames }): ComponentChildren {
  const name = pools.get(id) ?? nameOf(id);
  return name === id ? <span class="soft tiny">{id}</span> : name;
}

export function Audit() {
  const { value, problem } = useLoaded(useCallback(loadFirst, []));
  const pools: PoolNames = value?.pools ?? new Map();
  const [older, setOlder] = useState<Line[]>([]);
  const [isAll, setIsAll] = useState(false);
  const doing = useDoing();
  const lines = [...(value?.lines ?? []), ...older];
  const last = lines[lines.length - 1];
  const more = () =>
    doing.run(async () => {
      const path = `/api/admin/audit?limit=${PAGE}&before_id=${last?.audit_id ?? 0}`;
      const answer = await call<{ lines: Line[] }>("GET", path);
      setOlder([...older, ...answer.lines]);
      setIsAll(answer.lines.length < PAGE);
    });
  const mayHaveMore = !isAll && (value?.lines.length ?? 0) === PAGE;
  const refusal = problem ?? doing.problem;
  return (
    <div class="stack">
      <div class="staff-title">
        <div>
          <h1>{t("admin.audit")}</h1>
          <p class="soft">{t("audit.hint")}</p>
        </div>
      </div>
      <WrongBanner problem={refusal} />
      {value && (
        <section class="panel">
          <table class="table table--stack">
            <caption class="visually-hidden">{t("admin.audit")}</caption>
            <thead>
              <tr>
                <th scope="col">{t("audit.at")}</th>
                <th scope="col">{t("audit.by")}</th>
                <th scope="col">{t("audit.act")}</th>
                <th scope="col">{t("audit.about")}</th>
                <th scope="col">{t("audit.detail")}</th>
              </tr>
            </thead>
            <tbody>
              {lines.map((line) => (
                <tr key={line.audit_id}>
                  <th scope="row" class="nowrap">
                    {dayAndClock(line.at_ms)}
                  </th>
                  <td data-label={t("audit.by")}>{nameOf(line.by)}</td>
                  <td data-label={t("audit.act")}>{wordFor("act", line.act, "unknown_code")}</td>
                  <td data-label={t("audit.about")} class="audit__about">
                    <About id={line.about} pools={pools} />
                  </td>
                  <td data-label={t("audit.detail")} class="full">
                    <span class="chips">
                      {detailParts(line.detail, { day, clearance: clearanceWords }).map((part) => (
                        <span class="chip" key={part}>
                          {part}
                        </span>
                      ))}
                    </span>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
      {mayHaveMore && (
        <button class="btn btn--dense" type="button" onClick={() => void more()}>
          {t("audit.more")}
        </button>
      )}
    </div>
  );
}
