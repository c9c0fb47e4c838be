import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ChatSummary } from "../src/shared/wire";
import { Server } from "./server";

Server.about = { person_id: "l1", role: "listener", name: "Wren" };

const people = [
  { person_id: "l1", role: "listener" as const, name: "Wren", is_present: true },
  { person_id: "s1", role: "seeker" as const, name: "Quiet Heron", is_present: true },
];
const chat: ChatSummary = { chat_id: "c1", epoch: "e1", seq: 0, state: "open", participants: people };

describe("a wrap-up", () => {
  beforeEach(() => {
    vi.useFakeTimers();
    vi.resetModules();
    Server.open = [];
    const kept = new Map<string, string>();
    vi.stubGlobal("sessionStorage", {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, text: string) => kept.set(key, text),
      removeItem: (key: string) => kept.delete(key),
    });
    vi.stubGlobal("WebSocket", Server);
    vi.stubGlobal("location", { protocol: "https:", host: "example.org" });
    vi.stubGlobal("document", Object.assign(new EventTarget(), { visibilityState: "hidden" }));
    vi.stubGlobal("addEventListener", () => {});
    vi.stubGlobal("removeEventListener", () => {});
  });
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });

  async function wrappingUp(note: string) {
    const { Console } = await import("../src/listen/console");
    const drafts = await import("../src/listen/drafts");
    const held = new Console();
    held.connection.start();
    await Server.now.welcome({ chats: [chat] });
    const wrap_up_until_ms = Date.now() + 60_000;
    Server.now.push({ type: "chat_ended", chat_id: "c1", by: "seeker", reason: "ended", wrap_up_until_ms });
    drafts.keepNote("c1", note);
    return { held, drafts };
  }

  it("whose time runs out behind other windows loses no note", async () => {
    // In the background a page may look at its clock once a minute: the service tells first that the time is over.
    const { held, drafts } = await wrappingUp("They call a friend.");
    Server.now.push({ type: "wrap_up_finished", chat_id: "c1" });
    expect(Server.now.asked("finish_wrap_up")).toMatchObject({ chat_id: "c1", note: "They call a friend." });
    expect(held.shown.value).toHaveLength(1);
    await Server.now.answer("finish_wrap_up");
    expect(held.shown.value).toHaveLength(0);
    expect(drafts.noteOf("c1")).toBe("");
  });

  it("that the service doesn't list any more after a long sleep loses no note", async () => {
    await wrappingUp("They call a friend.");
    Server.now.onclose?.({ code: 1006 });
    await vi.advanceTimersByTimeAsync(3_000);
    await Server.now.welcome();
    expect(Server.now.asked("finish_wrap_up")).toMatchObject({ chat_id: "c1", note: "They call a friend." });
  });

  it("that the listener ends sends its note once", async () => {
    const { held } = await wrappingUp("They call a friend.");
    const desk = held.shown.value[0];
    if (desk) void held.finishWrapUp(desk, "They call a friend.");
    Server.now.push({ type: "wrap_up_finished", chat_id: "c1" });
    await Server.now.answer("finish_wrap_up");
    expect(Server.now.heard.filter((one) => one.type === "finish_wrap_up")).toHaveLength(1);
    expect(held.shown.value).toHaveLength(0);
  });

  it("without a note is over without a word", async () => {
    const { held } = await wrappingUp("");
    Server.now.push({ type: "wrap_up_finished", chat_id: "c1" });
    expect(Server.now.asked("finish_wrap_up")).toBeUndefined();
    expect(held.shown.value).toHaveLength(0);
  });
});
