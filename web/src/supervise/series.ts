// The chart's line: one value a minute, from the stored history first and then from the pushes. Pure.
import { poolKey } from "./load";

export const MINUTE_MS = 60_000;

export interface Sample {
  at_ms: number;
  language: string;
  age_band: string;
  waiting: number;
  longest_wait_ms: number;
  open_chats: number;
}

export interface Point {
  atMs: number;
  waiting: number;
  openChats: number;
  longestWaitMs: number;
}

/** minute -> pool -> values. The pools are summed only when drawn, so that one pool can be looked at alone. */
export type Series = ReadonlyMap<number, ReadonlyMap<string, Sample>>;

export function minuteOf(atMs: number): number {
  return Math.floor(atMs / MINUTE_MS) * MINUTE_MS;
}

/** Later samples of the same minute and pool replace earlier ones; minutes before `keepFromMs` are dropped. */
export function extend(series: Series, samples: Iterable<Sample>, keepFromMs: number): Series {
  const next = new Map<number, ReadonlyMap<string, Sample>>();
  for (const [minute, pools] of series) if (minute >= keepFromMs) next.set(minute, pools);
  const opened = new Map<number, Map<string, Sample>>();
  for (const sample of samples) {
    const minute = minuteOf(sample.at_ms);
    if (minute < keepFromMs) continue;
    let pools = opened.get(minute);
    if (!pools) {
      pools = new Map(next.get(minute));
      opened.set(minute, pools);
      next.set(minute, pools);
    }
    pools.set(poolKey(sample), sample);
  }
  return next;
}

/** One point a minute in order of time, for all pools or for one. A minute without a sample has no point: the line shows the hole. */
export function points(series: Series, onlyPool: string | null): Point[] {
  const list: Point[] = [];
  for (const [atMs, pools] of series) {
    let has = false;
    const point: Point = { atMs, waiting: 0, openChats: 0, longestWaitMs: 0 };
    for (const [key, sample] of pools) {
      if (onlyPool !== null && key !== onlyPool) continue;
      has = true;
      point.waiting += sample.waiting;
      point.openChats += sample.open_chats;
      point.longestWaitMs = Math.max(point.longestWaitMs, sample.longest_wait_ms);
    }
    if (has) list.push(point);
  }
  return list.sort((a, b) => a.atMs - b.atMs);
}

/** A round number at or above the peak, so that the grid has whole numbers: 4, 8, 20, 40 ... */
export function ceilingOf(peak: number): number {
  if (peak <= 4) return 4;
  const power = 10 ** Math.floor(Math.log10(peak));
  for (const step of [1, 2, 4, 8, 10]) if (peak <= step * power) return step * power;
  return 10 * power;
}

export interface Scale {
  fromMs: number;
  toMs: number;
  ceiling: number;
  width: number;
  height: number;
}

/** SVG paths of one value, broken where more than two minutes are missing. */
export function pathOf(list: readonly Point[], value: (point: Point) => number, scale: Scale): string {
  const span = Math.max(1, scale.toMs - scale.fromMs);
  let path = "";
  let lastMs = Number.NEGATIVE_INFINITY;
  for (const point of list) {
    const x = ((point.atMs - scale.fromMs) / span) * scale.width;
    const y = scale.height - (value(point) / scale.ceiling) * scale.height;
    const move = point.atMs - lastMs > 2 * MINUTE_MS ? "M" : "L";
    path += `${move}${round(x)} ${round(y)}`;
    lastMs = point.atMs;
  }
  return path;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** The ground under a line, part by part: each unbroken part is closed down to the axis. */
export function areaOf(path: string, height: number): string {
  return path
    .split(/(?=M)/)
    .map((part) => {
      const xs = [...part.matchAll(/[ML]([\d.]+)/g)].map((match) => match[1]);
      return xs.length > 1 ? `${part}L${xs[xs.length - 1]} ${height}L${xs[0]} ${height}Z` : "";
    })
    .join("");
}

/** At most `rows` spans of time with the highest values in each; a span without a sample is left out. */
export function binned(list: readonly Point[], fromMs: number, toMs: number, rows: number): Point[] {
  const widthMs = Math.max(MINUTE_MS, Math.ceil((toMs - fromMs) / rows / MINUTE_MS) * MINUTE_MS);
  const bins = new Map<number, Point>();
  for (const point of list) {
    const atMs = fromMs + Math.floor((point.atMs - fromMs) / widthMs) * widthMs;
    const bin = bins.get(atMs) ?? { atMs, waiting: 0, openChats: 0, longestWaitMs: 0 };
    bin.waiting = Math.max(bin.waiting, point.waiting);
    bin.openChats = Math.max(bin.openChats, point.openChats);
    bin.longestWaitMs = Math.max(bin.longestWaitMs, point.longestWaitMs);
    bins.set(atMs, bin);
  }
  return [...bins.values()].sort((a, b) => a.atMs - b.atMs);
}
