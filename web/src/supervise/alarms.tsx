import { Icon, warningIcon } from "../shared/icon";
import { now } from "../staff/clock";
import { poolName } from "../staff/say";
import { stopwatch } from "../staff/spans";
import { t } from "../staff/words";
import type { Board } from "./board";
import { poolKey, urgentWaitMs } from "./load";

/** Somebody in danger should be with a listener by then: the target of the highest risk. */
const URGENT_WAIT_MS = 15_000;

/** What a supervisor must see before any number: danger that waits, and people whom nobody on duty may take. */
export function Alarms({ board }: { board: Board }) {
  const load = board.load.value;
  if (!load) return null;
  const sentences: { key: string; words: string }[] = [];
  for (const pool of board.pools.value) {
    const waitMs = urgentWaitMs(pool, load.atMs, now.value);
    if (waitMs >= URGENT_WAIT_MS) {
      const words = t("alarm.urgent", { n: pool.urgent_waiting, pool: poolName(pool), span: stopwatch(waitMs) });
      sentences.push({ key: `${poolKey(pool)} urgent`, words });
    }
    if (pool.without_listener > 0 && pool.available > 0) {
      const words = t("alarm.unserved", { n: pool.without_listener, pool: poolName(pool) });
      sentences.push({ key: `${poolKey(pool)} unserved`, words });
    }
  }
  if (sentences.length === 0) return null;
  return (
    <section class="banner banner--danger banner--inset span-12" aria-labelledby="alarm">
      <Icon of={warningIcon} />
      <div class="banner__text stack stack--1">
        <strong id="alarm" role="alert">
          {t("alarm.title")}
        </strong>
        {sentences.map(({ key, words }) => (
          <p key={key}>{words}</p>
        ))}
      </div>
    </section>
  );
}
