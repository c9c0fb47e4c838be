import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type ChatNews, Chats } from "../src/shared/chats";
import { type Asked, type Connection, RefusedError } from "../src/shared/connection";
import type { Code, Done, MessageAdded, Push, Welcome } from "../src/shared/wire";

const me = "seeker-1";
const wren = { person_id: "wren-1", role: "listener" as const, name: "Wren", is_present: true };

/** Stands where the connection would: keeps what was asked until the test answers it. */
class Asking {
  readonly asked: Asked[] = [];
  private readonly answers: { resolve: (done: Done) => void; reject: (error: Error) => void }[] = [];

  send(asked: Asked): Promise<Done> {
    this.asked.push(asked);
    return new Promise((resolve, reject) => this.answers.push({ resolve, reject }));
  }
  async done(fields: Partial<Done> = {}): Promise<void> {
    this.answers.shift()?.resolve({ type: "done", ref: "r", ...fields });
    await vi.advanceTimersByTimeAsync(0);
  }
  async refuse(code: Code): Promise<void> {
    this.answers.shift()?.reject(new RefusedError({ type: "refused", code, message: "" }));
    await vi.advanceTimersByTimeAsync(0);
  }
  texts(): string[] {
    return this.asked.flatMap((one) => (one.type === "send_message" ? [one.text] : []));
  }
}

function welcome(chats: Welcome["snapshot"]["chats"] = [], person_id = me): Welcome {
  return {
    type: "welcome",
    person_id,
    role: "seeker",
    name: "Heron",
    server_time_ms: 0,
    heartbeat_s: 20,
    snapshot: { chats },
  };
}

function said(seq: number, from_id = wren.person_id, message_id = `m${seq}`): MessageAdded {
  return {
    type: "message_added",
    chat_id: "c1",
    epoch: "e1",
    seq,
    message_id,
    from_id,
    text: message_id,
    sent_at_ms: seq,
  };
}

const opened: Push = { type: "chat_opened", chat_id: "c1", epoch: "e1", seq: 0, participants: [wren] };

describe("chats", () => {
  let asking: Asking;
  let news: ChatNews[];
  let chats: Chats;
  const log = () => chats.all.get("c1")?.log;

  beforeEach(() => {
    vi.useFakeTimers();
    asking = new Asking();
    news = [];
    chats = new Chats(
      () => asking as unknown as Connection,
      (one) => news.push(one),
    );
    chats.take(welcome());
    chats.caughtUp();
    chats.take(opened);
  });
  afterEach(() => {
    chats.clear();
    vi.useRealTimers();
  });

  it("sends what is written one after the other", async () => {
    chats.write("c1", "one");
    chats.write("c1", "two");
    expect(asking.texts()).toEqual(["one"]);
    await asking.done({ epoch: "e1", seq: 1 });
    expect(asking.texts()).toEqual(["one", "two"]);
    await asking.done({ epoch: "e1", seq: 2 });
    expect(log()?.messages.map((one) => one.text)).toEqual(["one", "two"]);
    expect(log()?.ownMessages).toEqual([]);
  });

  it("keeps what is written offline and sends it when it is back", async () => {
    chats.lost();
    chats.write("c1", "still here");
    expect(asking.asked).toEqual([]);
    chats.caughtUp();
    expect(asking.texts()).toEqual(["still here"]);
  });

  it("tries again by itself when the server only needs a moment, in the same order", async () => {
    chats.write("c1", "one");
    chats.write("c1", "two");
    await asking.refuse("try_again");
    expect(asking.texts()).toEqual(["one"]);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(asking.texts()).toEqual(["one", "one"]);
    const ids = asking.asked.map((one) => (one.type === "send_message" ? one.message_id : ""));
    expect(ids[0]).toBe(ids[1]);
    await asking.done({ epoch: "e1", seq: 1 });
    expect(asking.texts()).toEqual(["one", "one", "two"]);
  });

  it("gives a refused message back to its writer", async () => {
    chats.write("c1", "far too long", "own-1");
    await asking.refuse("bad_text");
    expect(log()?.ownMessages[0]).toMatchObject({ state: "refused", code: "bad_text" });
    expect(chats.takeBack("c1", "own-1")).toBe("far too long");
  });

  it("asks for what is missing when a gap stays", async () => {
    chats.take(said(1));
    chats.take(said(3));
    expect(asking.asked).toEqual([]);
    await vi.advanceTimersByTimeAsync(800);
    expect(asking.asked).toMatchObject([{ type: "catch_up", chat_id: "c1", epoch: "e1", seq: 1 }]);
    chats.take(said(2));
    await vi.advanceTimersByTimeAsync(20_000);
    expect(asking.asked.length).toBe(1);
  });

  it("asks for nothing when the gap closes in time", async () => {
    chats.take(said(2));
    chats.take(said(1));
    await vi.advanceTimersByTimeAsync(20_000);
    expect(asking.asked).toEqual([]);
  });

  it("names its positions for the next hello", () => {
    chats.take(said(1));
    chats.take(said(3));
    const newest = { newest_seq: 3, newest_id: said(3).message_id };
    expect(chats.positions()).toEqual([{ chat_id: "c1", epoch: "e1", seq: 1, ...newest }]);
  });

  it("drops everything when the server takes it for another person", () => {
    chats.take(welcome([], "someone-else"));
    expect(chats.all.size).toBe(0);
    expect(chats.positions()).toEqual([]);
  });

  it("tells what is old news after a reconnect, and what is new", () => {
    chats.lost();
    chats.take(
      welcome([{ chat_id: "c1", epoch: "e1", seq: 1, state: "open", participants: [wren], read: { "wren-1": 0 } }]),
    );
    chats.take(said(1));
    chats.caughtUp();
    chats.take(said(2));
    const messages = news.filter((one) => one.kind === "message");
    expect(messages.map((one) => one.isCatchingUp)).toEqual([true, false]);
  });

  it("follows presence, typing, reading and the end", () => {
    chats.take({ type: "typing_changed", chat_id: "c1", person_id: wren.person_id, typing: true });
    expect(chats.all.get("c1")?.typing.has(wren.person_id)).toBe(true);
    chats.take(said(1));
    expect(chats.all.get("c1")?.typing.has(wren.person_id)).toBe(false);
    chats.take({ type: "read_changed", chat_id: "c1", person_id: wren.person_id, seq: 5 });
    chats.take({ type: "read_changed", chat_id: "c1", person_id: wren.person_id, seq: 3 });
    expect(chats.all.get("c1")?.read[wren.person_id]).toBe(5);
    chats.take({ type: "presence_changed", chat_id: "c1", person_id: wren.person_id, is_present: false });
    expect(chats.all.get("c1")?.participants[0]?.is_present).toBe(false);
    chats.take({ type: "chat_ended", chat_id: "c1", by: "listener", reason: "" });
    expect(chats.all.get("c1")).toMatchObject({ state: "ended", ended: { by: "listener" } });
  });
});
