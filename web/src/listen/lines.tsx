import { clockIcon, Icon } from "../shared/icon";
import type { LineOfPool } from "../shared/wire";
import { now } from "../staff/clock";
import { poolName, topicName } from "../staff/say";
import { stopwatch } from "../staff/spans";
import { t, type WordKey } from "../staff/words";
import type { Console } from "./console";

/** The lines of one's own pools: how many wait, how long, about what. Never words: those belong to whoever takes the chat. */
export function Lines({ held }: { held: Console }) {
  const lines = held.lines.value;
  const waiting = lines?.pools.reduce((sum, pool) => sum + pool.waiting, 0) ?? 0;
  const { duty } = held;
  const isFull = duty.maxCapacity.value !== null && held.shown.value.length >= duty.maxCapacity.value;
  const mayTake = waiting > 0 && !isFull && !duty.isTakingNext.value && !held.offers.shown.value;
  return (
    <section class="stack stack--3" aria-labelledby="lines-title">
      <h2 id="lines-title">{t("lines.title")}</h2>
      {lines === null && <p class="small soft">{t("loading")}</p>}
      {lines?.pools.length === 0 && <p class="small soft">{t("lines.none_yet")}</p>}
      {lines?.pools.map((pool) => (
        <Line key={`${pool.language}/${pool.age_band}`} pool={pool} atMs={lines.atMs} />
      ))}
      {lines && lines.pools.length > 0 && (
        <>
          <button
            class="btn btn--dense btn--wide"
            type="button"
            aria-disabled={mayTake ? undefined : "true"}
            aria-describedby="take-hint"
            onClick={() => mayTake && void duty.takeNext()}
          >
            {t("lines.take_next")}
          </button>
          <p class="tiny soft" id="take-hint">
            {t(takeHint(waiting, isFull, duty.isTakingNext.value))}
          </p>
        </>
      )}
    </section>
  );
}

function takeHint(waiting: number, isFull: boolean, isTaking: boolean): WordKey {
  if (isTaking) return "lines.taking";
  if (waiting === 0) return "lines.nobody";
  return isFull ? "refused.capacity_over_maximum" : "lines.take_hint";
}

function Line({ pool, atMs }: { pool: LineOfPool; atMs: number }) {
  const waited = pool.longest_wait_ms + Math.max(0, now.value - atMs);
  const topics = Object.entries(pool.topics).sort((a, b) => b[1] - a[1]);
  return (
    <div class="line stack stack--1">
      <h3 class="small">{poolName(pool)}</h3>
      <p class="row row--tight small">
        <strong class="figures">{t("lines.waiting", { n: pool.waiting })}</strong>
        {pool.waiting > 0 && (
          <span class="row row--tight soft figures">
            <Icon of={clockIcon} />
            {t("lines.longest", { clock: stopwatch(waited) })}
          </span>
        )}
      </p>
      {pool.waiting > 0 && topics.length > 0 && (
        <ul class="chips" aria-label={t("lines.topics")}>
          {topics.map(([topic, n]) => (
            <li class="chip" key={topic}>
              {topicName(topic)}
              {n > 1 && <span class="figures"> {t("times", { n })}</span>}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
