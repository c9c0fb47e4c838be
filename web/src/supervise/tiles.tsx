import { now } from "../staff/clock";
import { poolName } from "../staff/say";
import { stopwatch } from "../staff/spans";
import { t, type WordKey } from "../staff/words";
import type { Board } from "./board";
import { totals } from "./load";

interface TileProps {
  label: WordKey;
  value: string;
  foot?: string;
  isCaution?: boolean;
}

/** A wait that nobody should have: the tile is marked from here on. */
export const LONG_WAIT_MS = 10 * 60_000;

function Tile({ label, value, foot, isCaution }: TileProps) {
  return (
    <div class={isCaution ? "tile tile--caution" : "tile"}>
      <dt class="tile__label">{t(label)}</dt>
      <dd class="tile__value">{value}</dd>
      {foot && <dd class="tile__foot">{foot}</dd>}
    </div>
  );
}

interface Props {
  board: Board;
  /** On the wall: fewer and larger, what a room needs to see from afar. */
  isWall?: boolean;
}

export function Tiles({ board, isWall }: Props) {
  const load = board.load.value;
  if (!load) return null;
  const pools = board.pools.value;
  const sum = totals(pools, load.atMs, now.value);
  // Of all pools together, people; of one pool, its own numbers.
  const people = board.onlyPool.value === null ? load.listeners : null;
  const available = people?.available ?? sum.available;
  const isUnanswered = sum.waiting > 0 && available === 0;
  return (
    <dl class={isWall ? "tiles" : "span-12 tiles"} aria-label={t("board.now")}>
      <Tile label="tile.waiting" value={String(sum.waiting)} foot={isUnanswered ? t("tile.nobody_there") : undefined} />
      <Tile
        label="tile.longest"
        value={sum.waiting > 0 ? stopwatch(sum.longestWaitMs) : t("none")}
        foot={pools.length > 1 && sum.longestIn ? poolName(sum.longestIn) : undefined}
        isCaution={sum.longestWaitMs >= LONG_WAIT_MS || isUnanswered}
      />
      <Tile
        label="tile.available"
        value={String(available)}
        foot={t("tile.paused", { n: people?.paused ?? sum.paused })}
      />
      {!isWall && <Tile label="tile.in_chat" value={String(people?.in_chat ?? sum.inChat)} />}
      <Tile label="tile.open_chats" value={String(sum.openChats)} />
      {!isWall && <Tile label="tile.open_offers" value={String(sum.openOffers)} />}
      <Tile label="tile.missed" value={String(sum.offersMissed)} foot={t("tile.last_hour")} />
    </dl>
  );
}
