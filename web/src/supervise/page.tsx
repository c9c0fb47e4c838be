import { useEffect, useState } from "preact/hooks";
import { Icon, offlineIcon } from "../shared/icon";
import { now } from "../staff/clock";
import { ReviewNote } from "../staff/review-note";
import { clock, poolName } from "../staff/say";
import { connectionState } from "../staff/staff-bar";
import { t } from "../staff/words";
import { Alarms } from "./alarms";
import type { Board } from "./board";
import { Chart } from "./chart";
import { EndedChats } from "./ended-chats";
import { FirstChats } from "./first-chats";
import { poolKey } from "./load";
import { Meanings } from "./meanings";
import { ObservedChats } from "./observed-chats";
import { Offers } from "./offers";
import { PoolTable } from "./pool-table";
import { Reports } from "./reports";
import { Tiles } from "./tiles";
import { Wall } from "./wall";

const WALL = "#wall";

export function SupervisePage({ board }: { board: Board }) {
  const [isWall, setIsWall] = useState(location.hash === WALL);
  useEffect(() => {
    const look = () => setIsWall(location.hash === WALL);
    addEventListener("hashchange", look);
    return () => removeEventListener("hashchange", look);
  }, []);
  useEffect(() => {
    document.body.classList.toggle("is-wall", isWall);
  }, [isWall]);
  if (isWall) return <Wall board={board} />;
  return (
    <main class="staff-main" id="main" tabIndex={-1}>
      <div class="staff-title">
        <div>
          <h1 class="figures">{t("board.title", { clock: clock(now.value) })}</h1>
          <p class="soft">
            {t("board.hint")} <a href="#numbers">{t("board.meanings")}</a>
          </p>
        </div>
        <div class="row row--tight">
          <PoolChoice board={board} />
          <a class="btn btn--dense" href={WALL}>
            {t("board.wall")}
          </a>
        </div>
      </div>
      <ReviewNote />
      <Stale hasNumbers={board.load.value !== null} />
      {board.load.value === null ? (
        <p class="soft">{t("board.loading")}</p>
      ) : (
        <div class="board">
          <Alarms board={board} />
          <Reports kind="reports" />
          <Tiles board={board} />
          <FirstChats board={board} />
          <ObservedChats observing={board.observing} />
          <Chart board={board} />
          <PoolTable board={board} />
          <Offers board={board} />
          <EndedChats board={board} />
          <Reports kind="comments" />
          <Meanings />
        </div>
      )}
    </main>
  );
}

function PoolChoice({ board }: { board: Board }) {
  const all = [...(board.load.value?.pools.values() ?? [])];
  if (all.length < 2) return null;
  return (
    <>
      <label class="visually-hidden" for="pool">
        {t("board.pool")}
      </label>
      <select
        class="input input--dense input--short"
        id="pool"
        value={board.onlyPool.value ?? ""}
        onChange={(event) => {
          board.onlyPool.value = event.currentTarget.value || null;
        }}
      >
        <option value="">{t("board.all_pools")}</option>
        {all.map((pool) => (
          <option key={poolKey(pool)} value={poolKey(pool)}>
            {poolName(pool)}
          </option>
        ))}
      </select>
    </>
  );
}

/** Numbers that stand still must say so: they look the same as a quiet night. A page that is opening has none yet. */
export function Stale({ hasNumbers }: { hasNumbers: boolean }) {
  const state = connectionState.value;
  if (state === "open" || state === null) return null;
  if (!hasNumbers && state !== "stopped") return null;
  return (
    <div class="banner banner--caution banner--inset board__stale" role="status">
      <Icon of={offlineIcon} />
      <p class="banner__text">{t(state === "stopped" ? "board.stopped" : "board.stale")}</p>
      {state === "stopped" && (
        <button class="btn btn--dense" type="button" onClick={() => location.reload()}>
          {t("try_again")}
        </button>
      )}
    </div>
  );
}
