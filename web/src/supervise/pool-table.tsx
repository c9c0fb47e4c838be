import { now } from "../staff/clock";
import { poolName } from "../staff/say";
import { stopwatch } from "../staff/spans";
import { t } from "../staff/words";
import type { Board } from "./board";
import { longestWaitMs, poolKey } from "./load";
import { LONG_WAIT_MS } from "./tiles";

export function PoolTable({ board }: { board: Board }) {
  const load = board.load.value;
  if (!load) return null;
  return (
    <section class="span-12 panel">
      <table class="table table--stack">
        <caption>{t("pools.title")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("pools.pool")}</th>
            <th scope="col" class="num">
              {t("tile.waiting")}
            </th>
            <th scope="col" class="num">
              {t("tile.longest")}
            </th>
            <th scope="col" class="num">
              {t("tile.available")}
            </th>
            <th scope="col" class="num">
              {t("pools.paused")}
            </th>
            <th scope="col" class="num">
              {t("tile.in_chat")}
            </th>
            <th scope="col" class="num">
              {t("tile.open_chats")}
            </th>
            <th scope="col" class="num">
              {t("tile.open_offers")}
            </th>
            <th scope="col" class="num">
              {t("tile.missed")}
            </th>
            <th scope="col">{t("pools.state")}</th>
          </tr>
        </thead>
        <tbody>
          {board.pools.value.map((pool) => {
            const wait = longestWaitMs(pool, load.atMs, now.value);
            return (
              <tr key={poolKey(pool)}>
                <th scope="row">{poolName(pool)}</th>
                <td class="num" data-label={t("tile.waiting")}>
                  {pool.waiting}
                </td>
                <td class="num" data-label={t("tile.longest")}>
                  {pool.waiting > 0 ? stopwatch(wait) : <span class="soft">{t("none")}</span>}
                </td>
                <td class="num" data-label={t("tile.available")}>
                  {pool.available}
                </td>
                <td class="num" data-label={t("pools.paused")}>
                  {pool.paused}
                </td>
                <td class="num" data-label={t("tile.in_chat")}>
                  {pool.in_chat}
                </td>
                <td class="num" data-label={t("tile.open_chats")}>
                  {pool.open_chats}
                </td>
                <td class="num" data-label={t("tile.open_offers")}>
                  {pool.open_offers}
                </td>
                <td class="num" data-label={t("tile.missed")}>
                  {pool.offers_missed_1h}
                </td>
                <td data-label={t("pools.state")}>
                  <State waiting={pool.waiting} waitMs={wait} available={pool.available} />
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

function State({ waiting, waitMs, available }: { waiting: number; waitMs: number; available: number }) {
  if (waiting > 0 && available === 0) return <span class="chip chip--caution">{t("state.nobody_there")}</span>;
  if (waitMs >= LONG_WAIT_MS) return <span class="chip chip--caution">{t("state.long_wait")}</span>;
  if (available === 0) return <span class="chip">{t("state.nobody")}</span>;
  if (waiting > 0) return <span class="chip">{t("state.waiting")}</span>;
  return <span class="chip chip--calm">{t("state.calm")}</span>;
}
