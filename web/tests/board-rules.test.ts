import { describe, expect, it } from "vitest";
import type { PoolLoad } from "../src/shared/wire";
import { longestWaitMs, mergeLoad, totals, urgentWaitMs, wholeLoad } from "../src/supervise/load";
import { areaOf, binned, ceilingOf, extend, MINUTE_MS, pathOf, points } from "../src/supervise/series";

function pool(language: string, part: Partial<PoolLoad> = {}): PoolLoad {
  return {
    language,
    age_band: "adult",
    waiting: 0,
    longest_wait_ms: 0,
    available: 0,
    paused: 0,
    in_chat: 0,
    open_chats: 0,
    open_offers: 0,
    offers_missed_1h: 0,
    without_listener: 0,
    urgent_waiting: 0,
    urgent_longest_wait_ms: 0,
    ...part,
  };
}

describe("load pushes", () => {
  const whole = wholeLoad({ n: 7, at_ms: 1_000, pools: [pool("en", { waiting: 2 }), pool("es")] });

  it("keep the pools that a push leaves out", () => {
    const merged = mergeLoad(whole, { n: 8, at_ms: 2_000, pools: [pool("es", { waiting: 5 })] });
    if (merged.kind !== "merged") throw new Error(merged.kind);
    expect([...merged.load.pools.values()].map((one) => one.waiting)).toEqual([2, 5]);
    expect([merged.load.n, merged.load.atMs]).toEqual([8, 2_000]);
  });

  it("are asked for anew when one is missing, and ignored when they are old", () => {
    expect(mergeLoad(whole, { n: 9, at_ms: 2_000, pools: [] }).kind).toBe("gap");
    expect(mergeLoad(whole, { n: 7, at_ms: 2_000, pools: [] }).kind).toBe("old");
    expect(mergeLoad(null, { n: 1, at_ms: 2_000, pools: [] }).kind).toBe("gap");
  });

  it("let the longest wait run on between two of them, while somebody waits", () => {
    const waiting = pool("en", { waiting: 1, longest_wait_ms: 30_000 });
    expect(longestWaitMs(waiting, 1_000, 6_000)).toBe(35_000);
    expect(longestWaitMs({ ...waiting, waiting: 0 }, 1_000, 6_000)).toBe(0);
    // The server's clock may be a little ahead of what this page thinks it is.
    expect(longestWaitMs(waiting, 1_000, 500)).toBe(30_000);
  });

  it("sum up over pools and name the one that waits longest", () => {
    const sum = totals(
      [
        pool("en", { waiting: 2, longest_wait_ms: 5_000, available: 1, offers_missed_1h: 2 }),
        pool("es", { waiting: 1, longest_wait_ms: 9_000, paused: 1 }),
      ],
      0,
      0,
    );
    expect([sum.waiting, sum.available, sum.paused, sum.offersMissed]).toEqual([3, 1, 1, 2]);
    expect([sum.longestWaitMs, sum.longestIn?.language]).toEqual([9_000, "es"]);
  });
});

describe("the chart's series", () => {
  const sample = (minute: number, language: string, waiting: number) => {
    const { longest_wait_ms, open_chats } = pool(language);
    return { at_ms: minute * MINUTE_MS + 1_000, language, age_band: "adult", waiting, longest_wait_ms, open_chats };
  };

  it("sums pools only when drawn, so that one can be looked at alone", () => {
    const series = extend(new Map(), [sample(1, "en", 2), sample(1, "es", 3), sample(2, "en", 4)], 0);
    expect(points(series, null).map((point) => point.waiting)).toEqual([5, 4]);
    expect(points(series, "es/adult").map((point) => point.waiting)).toEqual([3]);
  });

  it("lets later news of a minute replace earlier ones, and forgets what is too old", () => {
    const first = extend(new Map(), [sample(1, "en", 2), sample(5, "en", 1)], 0);
    const next = extend(first, [sample(5, "en", 9)], 2 * MINUTE_MS);
    expect(points(next, null).map((point) => point.waiting)).toEqual([9]);
  });

  it("breaks the line where minutes are missing, and closes the ground under each part", () => {
    const series = extend(
      new Map(),
      [sample(0, "en", 0), sample(1, "en", 4), sample(9, "en", 2), sample(10, "en", 2)],
      0,
    );
    const scale = { fromMs: 0, toMs: 10 * MINUTE_MS, ceiling: 4, width: 100, height: 40 };
    const path = pathOf(points(series, null), (point) => point.waiting, scale);
    expect(path).toBe("M0 40L10 0M90 20L100 20");
    expect(areaOf(path, 40)).toBe("M0 40L10 0L10 40L0 40ZM90 20L100 20L100 40L90 40Z");
  });

  it("has a round number above its peak", () => {
    expect([0, 3, 5, 13, 21, 100, 101].map(ceilingOf)).toEqual([4, 4, 8, 20, 40, 100, 200]);
  });

  it("is a table of the highest values in each span", () => {
    const series = extend(new Map(), [sample(0, "en", 1), sample(1, "en", 7), sample(5, "en", 2)], 0);
    const rows = binned(points(series, null), 0, 6 * MINUTE_MS, 2);
    expect(rows.map((row) => [row.atMs / MINUTE_MS, row.waiting])).toEqual([
      [0, 7],
      [3, 2],
    ]);
  });
});

describe("people in danger", () => {
  it("wait longer from one push to the next, and not at all when nobody does", () => {
    const waiting = pool("en", { urgent_waiting: 2, urgent_longest_wait_ms: 14_000 });
    expect(urgentWaitMs(waiting, 1000, 2500)).toBe(15_500);
    expect(urgentWaitMs(waiting, 2500, 1000)).toBe(14_000);
    expect(urgentWaitMs(pool("en"), 1000, 90_000)).toBe(0);
  });
});
