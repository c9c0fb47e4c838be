import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Connection, type ConnectionState, RefusedError, type Socket, StoppedError } from "../src/shared/connection";
import { comesBack, reconnectDelayMs } from "../src/shared/reconnect";
import type { Push } from "../src/shared/wire";

/** The server's end of one socket. */
class Line implements Socket {
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  readonly heard: Record<string, unknown>[] = [];
  isClosed = false;

  send(text: string): void {
    this.heard.push(JSON.parse(text));
  }
  close(): void {
    this.isClosed = true;
  }
  say(frame: object): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
  last(type: string): Record<string, unknown> {
    const found = [...this.heard].reverse().find((one) => one.type === type);
    if (found === undefined) throw new Error(`no ${type} was sent`);
    return found;
  }
  greet(heartbeatS = 20): void {
    this.onopen?.();
    this.say({ type: "welcome", person_id: "p1", heartbeat_s: heartbeatS });
    this.say({ type: "done", ref: this.last("hello").ref });
  }
}

const leave = { type: "leave_line" as const, request_id: "r1" };

describe("a connection", () => {
  let lines: Line[];
  let states: [ConnectionState, number | undefined][];
  let pushes: Push[];
  let connection: Connection;
  const line = (): Line => lines[lines.length - 1] as Line;

  beforeEach(() => {
    vi.useFakeTimers();
    lines = [];
    states = [];
    pushes = [];
    connection = new Connection(
      {
        hello: () => ({ as: "seeker", recover: [] }),
        push: (push) => pushes.push(push),
        state: (state, code) => states.push([state, code]),
      },
      () => {
        lines.push(new Line());
        return line();
      },
      Date.now,
      () => 0,
    );
    connection.start();
  });

  afterEach(() => {
    connection.stop();
    vi.useRealTimers();
  });

  it("greets first and is open when its hello is done", () => {
    line().onopen?.();
    expect(line().heard[0]).toMatchObject({ type: "hello", as: "seeker", recover: [] });
    expect(connection.state).toBe("connecting");
    line().greet();
    expect(connection.state).toBe("open");
    expect(pushes.map((push) => push.type)).toEqual(["welcome"]);
  });

  it("holds commands until it is caught up, then resolves each with its own reply", async () => {
    const answer = connection.send(leave);
    expect(line().heard).toEqual([]);
    line().greet();
    line().say({ type: "done", ref: line().last("leave_line").ref, place: 3 });
    await expect(answer).resolves.toMatchObject({ place: 3 });
  });

  it("rejects with the server's code", async () => {
    line().greet();
    const answer = connection.send(leave);
    line().say({ type: "refused", ref: line().last("leave_line").ref, code: "no_such_request", message: "No." });
    await expect(answer).rejects.toBeInstanceOf(RefusedError);
    await expect(answer).rejects.toMatchObject({ code: "no_such_request" });
  });

  it("asks again on the next connection what was not answered, word for word", async () => {
    line().greet();
    const answer = connection.send(leave);
    const first = line().last("leave_line");
    line().onclose?.({ code: 1006 });
    expect(connection.state).toBe("waiting");
    vi.advanceTimersByTime(1000);
    expect(lines.length).toBe(2);
    line().greet();
    expect(line().last("leave_line")).toEqual(first);
    line().say({ type: "done", ref: first.ref });
    await expect(answer).resolves.toBeDefined();
  });

  it("takes a refusal because the server stops for not asked yet", async () => {
    line().greet();
    const answer = connection.send(leave);
    const { ref } = line().last("leave_line");
    line().say({ type: "going_away", reconnect_after_ms: 3000 });
    line().say({ type: "refused", ref, code: "going_away", message: "" });
    line().onclose?.({ code: 4000 });
    vi.advanceTimersByTime(2900);
    expect(lines.length).toBe(1);
    vi.advanceTimersByTime(200);
    line().greet();
    line().say({ type: "done", ref: line().last("leave_line").ref });
    await expect(answer).resolves.toBeDefined();
  });

  it("comes back when a command stays unanswered for 8 s", () => {
    line().greet();
    connection.send(leave).catch(() => {});
    vi.advanceTimersByTime(8_000);
    expect(lines[0]?.isClosed).toBe(false);
    vi.advanceTimersByTime(2_000);
    expect(lines[0]?.isClosed).toBe(true);
    expect(lines.length).toBe(2);
  });

  it("lets a slow line open: its greeting has a time of its own, and each try has longer than the one before", () => {
    vi.advanceTimersByTime(7_000);
    line().onopen?.();
    vi.advanceTimersByTime(7_000);
    expect(lines.length).toBe(1);
    line().onclose?.({ code: 1006 });
    vi.advanceTimersByTime(1_000);
    expect(lines.length).toBe(2);
    vi.advanceTimersByTime(15_000);
    expect(lines.length).toBe(2);
    vi.advanceTimersByTime(3_000);
    expect(lines.length).toBe(3);
  });

  it("comes back within a minute of silence, and not while heartbeats come, though each is a second late", () => {
    line().greet(25);
    for (let beat = 0; beat < 5; beat += 1) {
      vi.advanceTimersByTime(26_000);
      line().say({ type: "heartbeat" });
    }
    vi.advanceTimersByTime(45_000); // the next one got stuck on its way
    expect(lines.length).toBe(1);
    vi.advanceTimersByTime(10_000);
    expect(lines.length).toBe(2);
  });

  it("stays away when it was sent away, and says so to whoever waits", async () => {
    line().greet();
    const answer = connection.send(leave);
    line().onclose?.({ code: 4500 });
    await expect(answer).rejects.toBeInstanceOf(StoppedError);
    vi.advanceTimersByTime(120_000);
    expect(lines.length).toBe(1);
    expect(states[states.length - 1]).toEqual(["stopped", 4500]);
    await expect(connection.send(leave)).rejects.toBeInstanceOf(StoppedError);
  });

  it("forgets what needs no answer while it isn't open", () => {
    const typing = { type: "set_typing" as const, chat_id: "c1", typing: true };
    expect(connection.tell(typing)).toBe(false);
    line().greet();
    expect(connection.tell(typing)).toBe(true);
    expect(line().last("set_typing")).toEqual(typing);
  });

  it("is not harmed by what is no frame", () => {
    line().greet();
    line().onmessage?.({ data: "{" });
    line().onmessage?.({ data: "null" });
    line().onmessage?.({ data: "[]" });
    expect(connection.state).toBe("open");
  });

  it("tries more slowly, too, when each connection dies as soon as it is open", () => {
    for (let tries = 1; tries <= 4; tries += 1) {
      line().greet();
      line().onclose?.({ code: 1006 });
      vi.advanceTimersByTime(reconnectDelayMs(tries - 1, 0));
      expect(lines.length).toBe(tries + 1);
    }
    line().greet();
    vi.advanceTimersByTime(15_000);
    line().onclose?.({ code: 1006 });
    vi.advanceTimersByTime(reconnectDelayMs(0, 0));
    expect(lines.length).toBe(6);
  });

  it("notices silence though the clock was set back", () => {
    line().greet(4);
    vi.setSystemTime(Date.now() - 3_600_000);
    vi.advanceTimersByTime(13_000);
    expect(lines.length).toBe(2);
  });

  it("tries more and more slowly", () => {
    for (let tries = 1; tries <= 4; tries += 1) {
      expect(lines.length).toBe(tries);
      line().onclose?.({ code: 1006 });
      vi.advanceTimersByTime(reconnectDelayMs(tries - 1, 0) - 1);
      expect(lines.length).toBe(tries);
      vi.advanceTimersByTime(1);
    }
  });
});

describe("a page", () => {
  let page: EventTarget;
  let lines: Line[];
  let connection: Connection;
  let sleptMs: number;

  beforeEach(() => {
    vi.useFakeTimers();
    page = new EventTarget();
    vi.stubGlobal("document", Object.assign(new EventTarget(), { visibilityState: "visible" }));
    vi.stubGlobal("addEventListener", page.addEventListener.bind(page));
    vi.stubGlobal("removeEventListener", page.removeEventListener.bind(page));
    lines = [];
    sleptMs = 0;
    connection = new Connection(
      { hello: () => ({}), push: () => {}, state: () => {} },
      () => {
        lines.push(new Line());
        return lines[lines.length - 1] as Line;
      },
      () => Date.now() + sleptMs,
      () => 0,
    );
    connection.start();
    lines[0]?.greet(25);
  });

  afterEach(() => {
    connection.stop();
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  /** A phone sleeps: the clock goes on, and no timer runs. Then its page is looked at again. */
  const wakesAfter = (seconds: number): void => {
    sleptMs += seconds * 1000;
    document.dispatchEvent(new Event("visibilitychange"));
  };

  it("asks after a short sleep whether the line still lives, and stays when it does", () => {
    const greeting = lines[0]?.last("hello").ref;
    wakesAfter(30);
    const asked = lines[0]?.last("hello").ref;
    expect(asked).not.toBe(greeting);
    lines[0]?.say({ type: "done", ref: asked });
    vi.advanceTimersByTime(20_000);
    expect(lines.length).toBe(1);
  });

  it("comes back within seconds when a line died in its sleep, however long that was", () => {
    wakesAfter(30);
    vi.advanceTimersByTime(6_000);
    expect(lines.length).toBe(2);
    lines[1]?.greet(25);
    wakesAfter(3 * 3600);
    vi.advanceTimersByTime(2_000);
    expect(lines.length).toBe(3);
  });

  it("doesn't wait out its back-off when it is woken", () => {
    for (const _ of [1, 2, 3, 4]) {
      lines[lines.length - 1]?.onclose?.({ code: 1006 });
      vi.advanceTimersByTime(10_000);
    }
    const tried = lines.length;
    lines[tried - 1]?.onclose?.({ code: 1006 });
    expect(lines.length).toBe(tried);
    wakesAfter(0);
    expect(lines.length).toBe(tried + 1);
  });

  it("comes back at once when it is taken out of the browser's memory of pages", () => {
    page.dispatchEvent(Object.assign(new Event("pageshow"), { persisted: false }));
    expect(lines.length).toBe(1);
    page.dispatchEvent(Object.assign(new Event("pageshow"), { persisted: true }));
    expect(lines[0]?.isClosed).toBe(true);
    expect(lines.length).toBe(2);
  });
});

describe("coming back", () => {
  it("depends on the close code alone", () => {
    expect([4000, 4001, 4002, 1001, 1006, 1009, 1012, 4499, 5000].every(comesBack)).toBe(true);
    expect([1000, 4500, 4501, 4508, 4999].some(comesBack)).toBe(false);
  });

  it("waits between a tenth and all of a delay that doubles up to a bound", () => {
    expect(reconnectDelayMs(0, 0)).toBe(200);
    expect(reconnectDelayMs(1, 1)).toBe(4000);
    expect(reconnectDelayMs(99, 1)).toBe(15_000);
  });
});
