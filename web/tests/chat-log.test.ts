import { beforeEach, describe, expect, it } from "vitest";
import { ChatLog } from "../src/shared/chat-log";
import type { MessageAdded } from "../src/shared/wire";

const me = "seeker-1";
const wren = "wren-1";

function said(seq: number, from = wren, id = `m${seq}`, epoch = "e1"): MessageAdded {
  const text = `words ${id}`;
  return { type: "message_added", chat_id: "c1", epoch, seq, message_id: id, from_id: from, text, sent_at_ms: seq };
}

function texts(log: ChatLog): string[] {
  return [...log.messages, ...log.ownMessages].map((message) => message.message_id);
}

/** Asks for the next own message, as the connection does. */
function ask(log: ChatLog): string | undefined {
  const next = log.nextToAsk();
  if (next !== undefined) log.asked(next.message_id);
  return next?.message_id;
}

describe("a chat's log", () => {
  let log: ChatLog;
  beforeEach(() => {
    log = new ChatLog("c1", () => me);
    log.opened("e1", 0);
  });

  it("takes messages in order and moves its position", () => {
    expect(log.add(said(1))).toBe(true);
    expect(log.add(said(2))).toBe(true);
    expect(texts(log)).toEqual(["m1", "m2"]);
    expect(log.positionToRecover).toMatchObject({ chat_id: "c1", epoch: "e1", seq: 2 });
    expect(log.hasGap).toBe(false);
  });

  it("ignores what it already holds", () => {
    log.add(said(1));
    expect(log.add(said(1))).toBe(false);
    expect(texts(log)).toEqual(["m1"]);
  });

  it("shows nothing behind a gap until the gap is filled", () => {
    log.add(said(1));
    log.add(said(3));
    expect(log.hasGap).toBe(true);
    expect(texts(log)).toEqual(["m1"]);
    expect(log.positionToRecover).toMatchObject({ seq: 1, newest_seq: 3, newest_id: said(3).message_id });
    log.add(said(2));
    expect(log.hasGap).toBe(false);
    expect(texts(log)).toEqual(["m1", "m2", "m3"]);
  });

  it("knows from the snapshot that something is missing", () => {
    log.opened("e1", 2);
    expect(log.hasGap).toBe(true);
  });

  it("keeps an own message where it is when done overtakes a push", () => {
    log.add(said(1));
    log.write("hello", "own-1", 10);
    ask(log);
    log.answered("own-1", "e1", 3, 11);
    expect(log.hasGap).toBe(true);
    expect(log.ownMessages[0]?.state).toBe("kept");
    log.add(said(2));
    expect(log.ownMessages).toEqual([]);
    expect(texts(log)).toEqual(["m1", "m2", "own-1"]);
    expect(log.hasGap).toBe(false);
  });

  it("asks for one own message at a time and in order", () => {
    log.write("one", "own-1", 1);
    log.write("two", "own-2", 2);
    expect(ask(log)).toBe("own-1");
    expect(ask(log)).toBeUndefined();
    log.answered("own-1", "e1", 1, 3);
    expect(ask(log)).toBe("own-2");
  });

  it("lets the next one pass when one is refused, and takes its words back", () => {
    log.write("far too long", "own-1", 1);
    log.write("two", "own-2", 2);
    ask(log);
    log.refused("own-1", "bad_text");
    expect(ask(log)).toBe("own-2");
    expect(log.takeBack("own-1")).toBe("far too long");
    expect(texts(log)).toEqual(["own-2"]);
  });

  it("recognises an own message that comes back by push before its done", () => {
    log.write("hello", "own-1", 1);
    ask(log);
    log.add(said(1, me, "own-1"));
    expect(log.ownMessages).toEqual([]);
    log.answered("own-1", "e1", 1, 2);
    expect(texts(log)).toEqual(["own-1"]);
  });

  it("drops what it holds when the epoch changes, and writes its own lost words again with the same ids", () => {
    log.add(said(1));
    log.write("mine", "own-1", 1);
    ask(log);
    log.answered("own-1", "e1", 2, 2);
    log.write("also mine", "own-2", 3);
    ask(log);
    log.answered("own-2", "e1", 3, 4);

    log.opened("e2", 2);
    expect(log.messages).toEqual([]);
    expect(log.positionToRecover).toEqual({ chat_id: "c1", epoch: "e2", seq: 0, newest_seq: 0, newest_id: null });
    log.add(said(1, wren, "m1", "e2"));
    log.add(said(2, me, "own-1", "e2"));
    log.caughtUp();
    expect(log.ownMessages.map((one) => [one.message_id, one.state])).toEqual([["own-2", "waiting"]]);
    expect(ask(log)).toBe("own-2");
    log.answered("own-2", "e2", 3, 9);
    expect(texts(log)).toEqual(["m1", "own-1", "own-2"]);
  });

  it("writes an own message again when its done names an older epoch", () => {
    log.write("mine", "own-1", 1);
    ask(log);
    log.opened("e2", 0);
    log.answered("own-1", "e1", 1, 2);
    expect(ask(log)).toBe("own-1");
  });

  it("never shows a message twice, whatever the order of pushes", () => {
    for (const seq of [3, 1, 3, 2, 2, 5, 4, 1, 5]) log.add(said(seq));
    expect(texts(log)).toEqual(["m1", "m2", "m3", "m4", "m5"]);
  });
});
