import { computed } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { downIcon, Icon } from "../shared/icon";
import { now } from "../staff/clock";
import { clock } from "../staff/say";
import { stopwatch } from "../staff/spans";
import { t } from "../staff/words";
import type { Board } from "./board";
import { areaOf, binned, ceilingOf, MINUTE_MS, minuteOf, type Point, pathOf, points } from "./series";

const WIDTH = 640;
const HEIGHT = 160;
const HOUR_MS = 60 * MINUTE_MS;
const CHOICES = [2, 6, 24];
/** So many rows the table has at most: a table of 360 minutes is read by nobody. */
const ROWS = 24;

interface Drawn {
  list: Point[];
  fromMs: number;
  toMs: number;
  ceiling: number;
}

/** The drawing moves once a minute, not with every tick of the clock. */
const thisMinute = computed(() => minuteOf(now.value));

function drawn(board: Board): Drawn {
  const toMs = thisMinute.value + MINUTE_MS;
  const fromMs = toMs - board.hours.value * HOUR_MS;
  const list = points(board.series.value, board.onlyPool.value).filter((point) => point.atMs >= fromMs);
  const peak = list.reduce((most, point) => Math.max(most, point.waiting, point.openChats), 0);
  return { list, fromMs, toMs, ceiling: ceilingOf(peak) };
}

export function Chart({ board }: { board: Board }) {
  const { list, fromMs, toMs, ceiling } = drawn(board);
  return (
    <section class="span-12 panel panel--chart" aria-labelledby="flow">
      <div class="panel__head">
        <h2 id="flow">{t("chart.title")}</h2>
        <Key />
        <div class="row row--tight">
          <label class="visually-hidden" for="hours">
            {t("chart.span")}
          </label>
          <select
            class="input input--dense input--short"
            id="hours"
            value={String(board.hours.value)}
            onChange={(event) => void board.showHours(Number(event.currentTarget.value))}
          >
            {CHOICES.map((hours) => (
              <option key={hours} value={String(hours)}>
                {t("chart.hours", { n: hours })}
              </option>
            ))}
          </select>
        </div>
      </div>
      <div class="panel__body">
        <Plot list={list} fromMs={fromMs} toMs={toMs} ceiling={ceiling} />
      </div>
      {board.historyFailed.value && <p class="small soft panel__note">{t("chart.no_history")}</p>}
      <Numbers list={list} fromMs={fromMs} toMs={toMs} />
    </section>
  );
}

export function Key() {
  return (
    <div class="chart__key">
      <span>
        <i />
        {t("chart.waiting")}
      </span>
      <span>
        <i class="key-b" />
        {t("chart.open_chats")}
      </span>
    </div>
  );
}

export function WallChart({ board }: { board: Board }) {
  return <Plot {...drawn(board)} />;
}

function Plot({ list, fromMs, toMs, ceiling }: Drawn) {
  const scale = { fromMs, toMs, ceiling, width: WIDTH, height: HEIGHT };
  const waiting = pathOf(list, (point) => point.waiting, scale);
  const grid = [0, 0.25, 0.5, 0.75, 1].map((part) => `M0 ${HEIGHT * part}H${WIDTH}`).join("");
  return (
    <figure class="chart">
      <div class="chart__plot">
        <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={sentence(list)}>
          <path class="c-grid" d={grid} />
          <path class="c-a-area" d={areaOf(waiting, HEIGHT)} />
          <path class="c-b" d={pathOf(list, (point) => point.openChats, scale)} />
          <path class="c-a" d={waiting} />
        </svg>
        <div class="chart__y" aria-hidden="true">
          <Mark axis="y" at={0} words={String(ceiling)} />
          <Mark axis="y" at={50} words={String(ceiling / 2)} />
        </div>
      </div>
      <div class="chart__x" aria-hidden="true">
        {[0, 25, 50, 75].map((at) => (
          <Mark key={at} axis="x" at={at} words={clock(fromMs + ((toMs - fromMs) * at) / 100)} />
        ))}
        <Mark axis="x" at={100} words={t("chart.now")} />
      </div>
    </figure>
  );
}

/** Placed through the style object, since the page's policy forbids style attributes; and before anybody sees it elsewhere. */
function Mark({ axis, at, words }: { axis: "x" | "y"; at: number; words: string }) {
  const place = useRef<HTMLSpanElement>(null);
  useLayoutEffect(() => {
    if (!place.current) return;
    if (axis === "y") place.current.style.insetBlockStart = `${at}%`;
    else place.current.style.left = `${at}%`;
  }, [axis, at]);
  return (
    <span ref={place} class={axis === "x" && at === 100 ? "chart__end" : undefined}>
      {words}
    </span>
  );
}

/** What the drawing says, for those who don't see it. */
function sentence(list: readonly Point[]): string {
  const first = list[0];
  const last = list[list.length - 1];
  if (!first || !last) return t("chart.empty");
  const peak = list.reduce((most, point) => (point.waiting > most.waiting ? point : most), first);
  return t("chart.sentence", {
    since: clock(first.atMs),
    first: first.waiting,
    peak: peak.waiting,
    at: clock(peak.atMs),
    last: last.waiting,
    chats: last.openChats,
  });
}

function Numbers({ list, fromMs, toMs }: Omit<Drawn, "ceiling">) {
  const rows = binned(list, fromMs, toMs, ROWS);
  if (rows.length === 0) return null;
  return (
    <details class="fold chart__numbers">
      <summary>
        {t("chart.as_table")}
        <Icon of={downIcon} />
      </summary>
      <table class="table">
        <caption class="visually-hidden">{t("chart.title")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("chart.from")}</th>
            <th scope="col" class="num">
              {t("chart.most_waiting")}
            </th>
            <th scope="col" class="num">
              {t("tile.longest")}
            </th>
            <th scope="col" class="num">
              {t("chart.most_chats")}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.atMs}>
              <th scope="row">{clock(row.atMs)}</th>
              <td class="num">{row.waiting}</td>
              <td class="num">{stopwatch(row.longestWaitMs)}</td>
              <td class="num">{row.openChats}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
