import { now } from "../staff/clock";
import { clock } from "../staff/say";
import { t } from "../staff/words";
import { Alarms } from "./alarms";
import type { Board } from "./board";
import { Key, WallChart } from "./chart";
import { Stale } from "./page";
import { Tiles } from "./tiles";

/** For a screen on the wall of the room: large, without names, without anything to press but the way back. */
export function Wall({ board }: { board: Board }) {
  return (
    <main class="wall" id="main" tabIndex={-1}>
      <div class="row row--spread">
        <h1 class="wall__title">{t("wall.title")}</h1>
        <p class="wall__title figures">{clock(now.value)}</p>
      </div>
      <Alarms board={board} />
      <Tiles board={board} isWall />
      <section class="panel wall__chart" aria-labelledby="wall-flow">
        <div class="row row--spread">
          <h2 id="wall-flow">{t("chart.title")}</h2>
          <Key />
        </div>
        <WallChart board={board} />
      </section>
      <div class="row row--spread">
        <Stale hasNumbers={board.load.value !== null} />
        <a class="btn btn--dense btn--quiet" href="#main">
          {t("wall.back")}
        </a>
      </div>
    </main>
  );
}
