import { describe, expect, it, vi } from "vitest";
import { altKey } from "../src/listen/keys";
import { callsDue, offerTime, wrapUpLeft } from "../src/listen/offer-clock";
import { TypingNews } from "../src/listen/typing-news";
import { owedSinceMs, titleOf, unreadCount } from "../src/listen/unread";
import { turnsOf } from "../src/staff/turns";

describe("the offer's clock", () => {
  it("counts whole seconds down and never below none", () => {
    expect(offerTime(0, 25_000, 0)).toEqual({ seconds: 25, gone: 0, isOver: false });
    expect(offerTime(0, 25_000, 12_500)).toEqual({ seconds: 13, gone: 50, isOver: false });
    expect(offerTime(0, 25_000, 24_999).seconds).toBe(1);
    expect(offerTime(0, 25_000, 30_000)).toEqual({ seconds: 0, gone: 100, isOver: true });
  });

  it("goes on from where it was when the page was loaded again", () => {
    expect(offerTime(0, 20_000, 15_000).gone).toBe(75);
  });

  it("calls at once, at half time and near the end, each once", () => {
    expect([0, 9_000, 10_000, 14_000, 15_000, 19_999].map((at) => callsDue(0, 20_000, at))).toEqual([1, 1, 2, 2, 3, 3]);
    expect(callsDue(0, 20_000, 20_000)).toBe(0);
    // So short an offer that the last call would fall together with the middle one.
    expect(callsDue(0, 8_000, 6_000)).toBe(2);
  });

  it("leaves a wrap-up whole seconds", () => {
    expect(wrapUpLeft(60_000, 100)).toBe(60);
    expect(wrapUpLeft(60_000, 70_000)).toBe(0);
  });
});

describe("what is unread", () => {
  const written = [
    { seq: 1, fromId: "seeker" },
    { seq: 2, fromId: "me" },
    { seq: 3, fromId: "seeker" },
    { seq: 4, fromId: "seeker" },
  ];

  it("is what the other one wrote beyond the own mark", () => {
    expect(unreadCount(written, "me", 0)).toBe(3);
    expect(unreadCount(written, "me", 3)).toBe(1);
    expect(unreadCount(written, "me", 4)).toBe(0);
  });

  it("stands in the title, and an offer before it", () => {
    expect(titleOf("Your chats", 0, null)).toBe("Your chats");
    expect(titleOf("Your chats", 2, null)).toBe("(2) Your chats");
    expect(titleOf("Your chats", 2, "A new chat for you")).toBe("A new chat for you - Your chats");
  });
});

describe("how long a seeker has waited for an answer", () => {
  const at = (fromId: string, sentAtMs: number) => ({ fromId, sentAtMs });

  it("begins at their first word after the listener's last", () => {
    expect(owedSinceMs([at("s", 1), at("me", 2), at("s", 3), at("s", 4)], "me")).toBe(3);
  });

  it("is nothing when the listener spoke last, or nobody did", () => {
    expect(owedSinceMs([at("s", 1), at("me", 2)], "me")).toBeNull();
    expect(owedSinceMs([], "me")).toBeNull();
  });
});

describe("turns", () => {
  const message = (seq: number, from_id: string, sent_at_ms: number) => {
    return { message_id: `m${seq}`, seq, from_id, sent_at_ms, text: "x" };
  };

  it("join what one person wrote in a row, and keep their key as they grow", () => {
    const first = turnsOf([message(1, "s", 0), message(2, "me", 10)]);
    const grown = turnsOf([message(1, "s", 0), message(2, "me", 10), message(3, "me", 20), message(4, "s", 30)]);
    expect(first.map((turn) => turn.key)).toEqual(["m1", "m2"]);
    expect(grown.map((turn) => [turn.key, turn.messages.length])).toEqual([
      ["m1", 1],
      ["m2", 2],
      ["m4", 1],
    ]);
  });

  it("end at a long pause, since the time stands under a turn", () => {
    expect(turnsOf([message(1, "s", 0), message(2, "s", 6 * 60_000)])).toHaveLength(2);
  });
});

describe("the console's keys", () => {
  const press = (code: string, more: Partial<KeyboardEvent> = {}) =>
    altKey({ altKey: true, ctrlKey: false, metaKey: false, code, ...more });

  it("go by the place on the board", () => {
    expect([press("KeyA"), press("KeyP"), press("Digit3"), press("KeyQ")]).toEqual(["accept", "pass", "desk 3", null]);
  });

  it("leave AltGr and plain letters to writing", () => {
    expect(press("KeyA", { ctrlKey: true })).toBeNull();
    expect(press("KeyA", { altKey: false })).toBeNull();
  });
});

describe("typing news", () => {
  it("are told once, again after a while, and taken back when the typing stops", () => {
    vi.useFakeTimers({ now: 0 });
    const told: boolean[] = [];
    const news = new TypingNews((one) => {
      if (one.type === "set_typing") told.push(one.typing);
      return true;
    });
    news.typed("c", true);
    news.typed("c", true);
    expect(told).toEqual([true]);
    vi.advanceTimersByTime(4_500);
    news.typed("c", true);
    expect(told).toEqual([true, true]);
    vi.advanceTimersByTime(7_000);
    expect(told).toEqual([true, true, false]);
    news.stopped("c");
    expect(told).toEqual([true, true, false]);
    vi.useRealTimers();
  });
});
