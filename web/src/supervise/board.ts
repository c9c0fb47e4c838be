// The live board: one connection that watches the load, and the history that its pushes extend.
import { computed, signal } from "@preact/signals";
import { Connection, type ConnectionState } from "../shared/connection";
import { call } from "../shared/http";
import { Close, type Done, type PoolLoad, type Push } from "../shared/wire";
import { now, serverNow, setServerTime } from "../staff/clock";
import { goToSignIn } from "../staff/me";
import { connectionState } from "../staff/staff-bar";
import { type Load, type LoadNews, mergeLoad, poolKey, wholeLoad } from "./load";
import { Observing } from "./observing";
import { extend, MINUTE_MS, minuteOf, type Sample, type Series } from "./series";

const HOUR_MS = 3_600_000;
const WATCH_AGAIN_MS = 1_500;

interface History {
  samples: Sample[];
}

export class Board {
  readonly load = signal<Load | null>(null);
  readonly series = signal<Series>(new Map());
  readonly hours = signal(6);
  /** The pool that is looked at alone, or null for all. */
  readonly onlyPool = signal<string | null>(null);
  readonly isSignedOut = signal(false);
  readonly observing = new Observing();
  readonly historyFailed = signal(false);
  readonly pools = computed<PoolLoad[]>(() => {
    const only = this.onlyPool.value;
    const all = [...(this.load.value?.pools.values() ?? [])];
    return only === null ? all : all.filter((pool) => poolKey(pool) === only);
  });
  private isWatching = false;
  private wasOpen = false;
  private lastMinute = 0;
  private readonly connection = new Connection({
    hello: () => ({ observes: true, recover: this.observing.positions() }),
    push: (push) => {
      this.take(push);
      this.observing.take(push);
    },
    state: (state, closeCode) => this.connectionChanged(state, closeCode),
  });

  start(): void {
    this.connection.start();
    void this.loadHistory();
    // A minute in which nothing changed has its point too.
    now.subscribe((nowMs) => {
      if (minuteOf(nowMs) === this.lastMinute || connectionState.peek() !== "open") return;
      this.lastMinute = minuteOf(nowMs);
      this.addSamples(nowMs);
    });
  }

  async showHours(hours: number): Promise<void> {
    this.hours.value = hours;
    await this.loadHistory();
  }

  private async loadHistory(): Promise<void> {
    const hours = this.hours.value;
    try {
      const { samples } = await call<History>("GET", `/api/supervise/history?hours=${hours}`);
      if (hours !== this.hours.value) return;
      // What the pushes told meanwhile is newer than what was stored.
      const live = [...this.series.value.values()].flatMap((pools) => [...pools.values()]);
      const stored = extend(new Map(), samples, this.keepFromMs());
      this.series.value = extend(stored, live, this.keepFromMs());
      this.historyFailed.value = false;
    } catch {
      this.historyFailed.value = true;
    }
  }

  private keepFromMs(): number {
    return serverNow() - this.hours.value * HOUR_MS - MINUTE_MS;
  }

  private addSamples(atMs: number): void {
    const load = this.load.peek();
    if (!load) return;
    const samples = [...load.pools.values()].map((pool) => ({ ...pool, at_ms: atMs }));
    this.series.value = extend(this.series.peek(), samples, this.keepFromMs());
  }

  private take(push: Push): void {
    if (push.type === "welcome") {
      if (push.role === "seeker") {
        this.connection.stop();
        goToSignIn();
        return;
      }
      setServerTime(push.server_time_ms);
    } else if (push.type === "heartbeat") {
      setServerTime(push.server_time_ms ?? 0);
    } else if (push.type === "load_changed") {
      this.merge(push);
    }
  }

  private merge(news: LoadNews): void {
    const merged = mergeLoad(this.load.peek(), news);
    if (merged.kind === "gap") void this.watch();
    if (merged.kind !== "merged") return;
    this.load.value = merged.load;
    this.addSamples(news.at_ms);
  }

  /** Asks for the whole, at the beginning, after every reconnect, and when a push is missing. */
  private async watch(): Promise<void> {
    if (this.isWatching) return;
    this.isWatching = true;
    try {
      const whole = newsOf(await this.connection.send({ type: "watch_load" }));
      if (whole) {
        this.load.value = wholeLoad(whole);
        this.addSamples(whole.at_ms);
      }
    } catch {
      setTimeout(() => {
        if (connectionState.peek() === "open") void this.watch();
      }, WATCH_AGAIN_MS);
    } finally {
      this.isWatching = false;
    }
  }

  private connectionChanged(state: ConnectionState, closeCode?: number): void {
    connectionState.value = state;
    if (state === "open") {
      void this.watch();
      // What happened while this page was away, or slept, is known to the service: the line needs no hole.
      if (this.wasOpen || this.historyFailed.value) void this.loadHistory();
      this.wasOpen = true;
    }
    if (closeCode === Close.SIGNED_OUT) {
      this.isSignedOut.value = true;
      goToSignIn();
    }
  }
}

function newsOf(done: Done): LoadNews | null {
  if (done.load_changed) return done.load_changed;
  if (done.n === undefined || done.at_ms === undefined || !done.pools) return null;
  return { n: done.n, at_ms: done.at_ms, pools: done.pools, listeners: done.listeners };
}
