import { describe, expect, it } from "vitest";
import { entriesOf } from "../src/seeker/turns";
import type { HeldMessage, OwnMessage } from "../src/shared/chat-log";

const me = "s";

function held(seq: number, from_id: string, sent_at_ms = seq * 1000): HeldMessage {
  return { message_id: `m${seq}`, from_id, text: `${seq}`, seq, sent_at_ms };
}

function own(id: string, state: OwnMessage["state"] = "waiting"): OwnMessage {
  return { message_id: id, text: id, written_at_ms: 9000, state };
}

describe("turns", () => {
  it("puts together what one person said in a row, and starts anew after a pause", () => {
    const entries = entriesOf([held(1, me), held(2, me), held(3, "w"), held(4, "w", 10 * 60_000)], [], [], me, 0);
    expect(entries.map((one) => (one.kind === "turn" ? one.bubbles.length : 0))).toEqual([2, 1, 1]);
  });

  it("keeps the keys while an own message travels", () => {
    const before = entriesOf([held(1, "w")], [own("m2")], [], me, 0);
    const after = entriesOf([held(1, "w"), held(2, me)], [], [], me, 0);
    expect(before.map((one) => one.key)).toEqual(after.map((one) => one.key));
  });

  it("stands a note where it belongs", () => {
    const notes = [
      { id: 1, afterSeq: 0, text: "Wren is here." },
      { id: 2, afterSeq: 2, text: "Juniper is here." },
    ];
    const entries = entriesOf([held(1, me), held(2, "w"), held(3, "j")], [], notes, me, 0);
    expect(entries.map((one) => one.key)).toEqual(["note-1", "m1", "m2", "note-2", "m3"]);
  });

  it("says Seen once, under the last turn that was read", () => {
    const entries = entriesOf([held(1, me), held(2, "w"), held(3, me), held(4, "w"), held(5, me)], [], [], me, 3);
    expect(entries.filter((one) => one.kind === "turn" && one.isSeen).map((one) => one.key)).toEqual(["m3"]);
  });
});
