// The live load: a whole picture, then pushes that may leave unchanged pools out. Pure.
import type { ListenersOnDuty, PoolLoad } from "../shared/wire";

export interface Load {
  n: number;
  atMs: number;
  pools: ReadonlyMap<string, PoolLoad>;
  /** People, each counted once; pools count somebody who serves several of them in each. */
  listeners: ListenersOnDuty | null;
}

export interface LoadNews {
  n: number;
  at_ms: number;
  pools: readonly PoolLoad[];
  listeners?: ListenersOnDuty | null;
}

export type Merged = { kind: "merged"; load: Load } | { kind: "old" } | { kind: "gap" };

export function poolKey(pool: { language: string; age_band: string }): string {
  return `${pool.language}/${pool.age_band}`;
}

function poolsOf(news: LoadNews): Map<string, PoolLoad> {
  return new Map(news.pools.map((pool) => [poolKey(pool), pool]));
}

export function wholeLoad(news: LoadNews): Load {
  return { n: news.n, atMs: news.at_ms, pools: poolsOf(news), listeners: news.listeners ?? null };
}

/** `gap`: a push is missing (n did not rise by one); watch again for the whole. `old`: already held. */
export function mergeLoad(held: Load | null, news: LoadNews): Merged {
  if (!held) return { kind: "gap" };
  if (news.n <= held.n) return { kind: "old" };
  if (news.n !== held.n + 1) return { kind: "gap" };
  const pools = new Map(held.pools);
  for (const pool of news.pools) pools.set(poolKey(pool), pool);
  return { kind: "merged", load: { n: news.n, atMs: news.at_ms, pools, listeners: news.listeners ?? null } };
}

/** The longest wait of a pool as of now: between two pushes it grows by itself as long as somebody waits. */
export function longestWaitMs(pool: PoolLoad, atMs: number, nowMs: number): number {
  if (pool.waiting === 0) return 0;
  return pool.longest_wait_ms + Math.max(0, nowMs - atMs);
}

/** How long the first of those in danger waits, as of now; 0 where nobody does. */
export function urgentWaitMs(pool: PoolLoad, atMs: number, nowMs: number): number {
  if (pool.urgent_waiting === 0) return 0;
  return pool.urgent_longest_wait_ms + Math.max(0, nowMs - atMs);
}

export interface Totals {
  waiting: number;
  longestWaitMs: number;
  longestIn: PoolLoad | null;
  available: number;
  paused: number;
  inChat: number;
  openChats: number;
  openOffers: number;
  offersMissed: number;
}

export function totals(pools: Iterable<PoolLoad>, atMs: number, nowMs: number): Totals {
  const sum: Totals = {
    waiting: 0,
    longestWaitMs: 0,
    longestIn: null,
    available: 0,
    paused: 0,
    inChat: 0,
    openChats: 0,
    openOffers: 0,
    offersMissed: 0,
  };
  for (const pool of pools) {
    sum.waiting += pool.waiting;
    sum.available += pool.available;
    sum.paused += pool.paused;
    sum.inChat += pool.in_chat;
    sum.openChats += pool.open_chats;
    sum.openOffers += pool.open_offers;
    sum.offersMissed += pool.offers_missed_1h;
    const wait = longestWaitMs(pool, atMs, nowMs);
    if (wait > sum.longestWaitMs) {
      sum.longestWaitMs = wait;
      sum.longestIn = pool;
    }
  }
  return sum;
}
