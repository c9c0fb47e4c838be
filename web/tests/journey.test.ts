import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ChatSummary } from "../src/shared/wire";
import { Server } from "./server";

Server.about = { person_id: "s1", role: "seeker", name: "Quiet Heron", token: "t1" };

const wren = { person_id: "l1", role: "listener" as const, name: "Wren", is_present: true };
const wish = { language: "en", age_band: "adult" as const, topics: [], distress: 3 };
const openChat: ChatSummary = { chat_id: "c1", epoch: "e1", seq: 0, state: "open", participants: [wren] };

/** The page, loaded anew: its modules hold its state. What the tab keeps is kept over a reload. */
async function load() {
  vi.resetModules();
  Server.open = [];
  const device = await import("../src/seeker/device");
  const journey = await import("../src/seeker/journey");
  const state = await import("../src/seeker/state");
  const tab = await import("../src/seeker/tab");
  const talking = await import("../src/seeker/talking");
  return { device, journey, state, tab, talking };
}

describe("the seeker's way", () => {
  beforeEach(() => {
    vi.useFakeTimers();
    const kept = new Map<string, string>();
    const storage = {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, text: string) => kept.set(key, text),
      removeItem: (key: string) => kept.delete(key),
    };
    vi.stubGlobal("sessionStorage", storage);
    vi.stubGlobal("localStorage", storage);
    vi.stubGlobal("WebSocket", Server);
    vi.stubGlobal("location", { protocol: "https:", host: "example.org" });
  });
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });

  it("asks as a seeker, with the answers and nothing else", async () => {
    const { journey, state } = await load();
    void journey.ask(wish);
    await Server.now.welcome();
    expect(Server.now.asked("hello")).toMatchObject({ as: "seeker" });
    expect(Server.now.asked("request_chat")).toMatchObject({
      language: "en",
      age_band: "adult",
      topics: [],
      distress: 3,
    });
    await Server.now.answer("request_chat", { place: 4, wait_low_s: 240, wait_high_s: 660, is_anyone_there: true });
    expect(state.view.value).toBe("waiting");
    expect(state.line.value).toMatchObject({ state: "waiting", place: 4, lowS: 240, highS: 660, promisedS: 660 });
  });

  it("keeps what was written while waiting and sends it when the chat opens", async () => {
    const { journey, state, tab } = await load();
    void journey.ask(wish);
    await Server.now.welcome();
    await Server.now.answer("request_chat", { place: 1 });
    tab.keep("first_words", [{ message_id: "m1", text: "hello", written_at_ms: 1 }]);
    Server.now.push({ type: "chat_opened", chat_id: "c1", epoch: "e1", seq: 0, participants: [wren] });
    expect(state.view.value).toBe("chat");
    expect(Server.now.asked("send_message")).toMatchObject({ chat_id: "c1", message_id: "m1", text: "hello" });
    expect(tab.kept("first_words")).toBeNull();
    expect(tab.kept("unsent")?.messages.map((one) => one.text)).toEqual(["hello"]);
    await Server.now.answer("send_message", { epoch: "e1", seq: 1 });
    expect(tab.kept("unsent")).toBeNull();
  });

  it("goes on after a reload where it was: in line, in the chat, and with unsent words", async () => {
    let page = await load();
    void page.journey.ask(wish);
    await Server.now.welcome();
    await Server.now.answer("request_chat", { place: 2 });
    const requestId = page.state.line.value?.requestId;

    page = await load();
    page.journey.resume();
    expect(page.state.view.value).toBe("resuming");
    const own = {
      request_id: requestId ?? "",
      state: "waiting" as const,
      language: "en",
      age_band: "adult" as const,
      topics: [],
    };
    await Server.now.welcome({ request: { ...own, place: 1 } });
    expect(Server.now.asked("hello")).toMatchObject({ token: "t1" });
    expect(page.state.view.value).toBe("waiting");
    expect(page.state.line.value?.place).toBe(1);

    Server.now.push({ type: "chat_opened", chat_id: "c1", epoch: "e1", seq: 0, participants: [wren] });
    page.talking.sendWords("not answered yet");
    const first = Server.now.asked("send_message");

    page = await load();
    page.journey.resume();
    await Server.now.welcome({ chats: [openChat] });
    expect(page.state.view.value).toBe("chat");
    expect(Server.now.asked("send_message")).toMatchObject({ message_id: first?.message_id, text: "not answered yet" });
  });

  it("asks again with the same id when a reload came before the answer", async () => {
    let page = await load();
    void page.journey.ask(wish);
    await Server.now.welcome();
    const requestId = Server.now.asked("request_chat")?.request_id;
    page = await load();
    page.journey.resume();
    await Server.now.welcome();
    expect(Server.now.asked("request_chat")?.request_id).toBe(requestId);
  });

  it("never leaves the line in silence", async () => {
    const { journey, state } = await load();
    void journey.ask(wish);
    await Server.now.welcome();
    await Server.now.answer("request_chat", { place: 2 });
    const request_id = state.line.value?.requestId;
    Server.now.push({ type: "request_changed", request_id, state: "ended", reason: "away_too_long" });
    expect(state.view.value).toBe("start");
    expect(state.notice.value).toEqual({ title: "gone.title", more: "gone.away_too_long" });
  });

  it("says why the place was given up while the page was away, and lets one ask again", async () => {
    for (const [said, shown] of [
      ["away_too_long", "gone.away_too_long"],
      [null, "gone.other"], // a service that forgot it, or long ago
    ] as const) {
      let page = await load();
      void page.journey.ask(wish);
      await Server.now.welcome();
      await Server.now.answer("request_chat", { place: 2 });
      const request_id = page.state.line.value?.requestId;
      const missed = said === null ? [] : [{ type: "request_changed", request_id, state: "ended", reason: said }];

      page = await load();
      page.journey.resume();
      await Server.now.welcome({}, missed);
      expect(page.state.view.value).toBe("start");
      expect(page.state.notice.value).toEqual({ title: "gone.title", more: shown });
      expect(page.tab.kept("asking")).toBeNull();
      void page.journey.ask(wish);
      await Server.now.welcome();
      expect(Server.now.asked("request_chat")?.request_id).not.toBe(request_id);
      page.journey.startOver();
    }
  });

  it("hears behind the answer that a wish it repeats has ended", async () => {
    let page = await load();
    void page.journey.ask(wish);
    await Server.now.welcome();
    page = await load();
    page.journey.resume();
    await Server.now.welcome();
    const request_id = Server.now.asked("request_chat")?.request_id;
    await Server.now.answer("request_chat", { request_id });
    Server.now.push({ type: "request_changed", request_id, state: "ended", reason: "away_too_long" });
    expect(page.state.view.value).toBe("start");
    expect(page.state.notice.value).toEqual({ title: "gone.title", more: "gone.away_too_long" });
  });

  it("says why a chat can't be asked for, and keeps nothing", async () => {
    const { journey, state, tab } = await load();
    const asking = journey.ask(wish);
    await Server.now.welcome();
    const ref = Server.now.asked("request_chat")?.ref;
    Server.now.push({ type: "refused", ref, code: "pool_closed", message: "" });
    await asking;
    expect(state.view.value).toBe("start");
    expect(state.refusal.value).toBe("refused.pool_closed");
    expect(tab.kept("token")).toBeNull();
  });

  it("ends where who ended it is said, and forgets all when that page is left", async () => {
    const { journey, state, tab, talking } = await load();
    void journey.ask(wish);
    await Server.now.welcome();
    Server.now.push({ type: "chat_opened", chat_id: "c1", epoch: "e1", seq: 0, participants: [wren] });
    Server.now.push({ type: "chat_ended", chat_id: "c1", by: "listener", reason: "ended" });
    expect(state.view.value).toBe("after");
    expect(talking.currentChat()?.ended).toMatchObject({ by: "listener" });
    journey.startOver();
    expect(state.view.value).toBe("start");
    expect(tab.kept("token")).toBeNull();
    expect(talking.currentChat()).toBeNull();
  });

  it("remembers on the device whom not to meet again, and says so with the next wish", async () => {
    const { journey, talking } = await load();
    void journey.ask(wish);
    await Server.now.welcome();
    Server.now.push({ type: "chat_opened", chat_id: "c1", epoch: "e1", seq: 0, participants: [wren] });
    const reporting = talking.report("l1", "rude", "", true);
    await Server.now.answer("report");
    await reporting;
    journey.startOver();
    void journey.ask(wish);
    await Server.now.welcome();
    expect(Server.now.asked("request_chat")).toMatchObject({ avoid_listeners: ["l1"] });
  });

  it("wishes for nobody who was reported, also where the chat went on", async () => {
    const { device, journey, talking } = await load();
    device.prefer({ person_id: "l1", name: "Wren" });
    void journey.ask(wish);
    await Server.now.welcome();
    Server.now.push({ type: "chat_opened", chat_id: "c1", epoch: "e1", seq: 0, participants: [wren] });
    const reporting = talking.report("l1", "rude", "", false);
    await Server.now.answer("report");
    await reporting;
    expect(talking.reported.value).toBe("l1");
    expect(device.preferred.value).toBeNull();
  });

  it("reports whom somebody meant when the next listener came meanwhile, and goes on with that one", async () => {
    const { journey, state, talking } = await load();
    void journey.ask(wish);
    await Server.now.welcome();
    Server.now.push({ type: "chat_opened", chat_id: "c1", epoch: "e1", seq: 0, participants: [wren] });
    const next = { ...wren, person_id: "l2", name: "Otter" };
    Server.now.push({ type: "chat_opened", chat_id: "c1", epoch: "e1", seq: 0, participants: [next] });
    const reporting = talking.report("l1", "rude", "", true);
    expect(Server.now.asked("report")).toMatchObject({ about_id: "l1", block: true });
    await Server.now.answer("report");
    await reporting;
    expect(state.view.value).toBe("chat");
    expect(talking.companion.value?.person_id).toBe("l2");
  });

  it("counts the wait by the service's clock, whatever this device's says", async () => {
    const { journey, state, tab } = await load();
    const twoHoursMs = 2 * 3600_000;
    void journey.ask(wish);
    vi.advanceTimersByTime(3_000);
    await Server.now.welcome({}, [], Date.now() + twoHoursMs);
    await Server.now.answer("request_chat", { place: 1, wait_low_s: 60, wait_high_s: 300 });
    const waitedMs = () => state.clock.now() - (tab.kept("asking")?.asked_at_ms ?? 0);
    expect(waitedMs()).toBe(3_000);
    vi.advanceTimersByTime(60_000);
    expect(waitedMs()).toBe(63_000);
  });

  it("writes the service's time beside one's own words, too", async () => {
    const { journey, talking } = await load();
    void journey.ask(wish);
    const serverMs = Date.now() - 2 * 3600_000;
    await Server.now.welcome({}, [], serverMs);
    Server.now.push({ type: "chat_opened", chat_id: "c1", epoch: "e1", seq: 0, participants: [wren] });
    talking.sendWords("hello");
    expect(talking.currentChat()?.log.ownMessages[0]?.written_at_ms).toBe(serverMs);
    await Server.now.answer("send_message", { epoch: "e1", seq: 1 });
    expect(talking.currentChat()?.log.messages[0]?.sent_at_ms).toBe(serverMs);
  });

  it("leaves the line at once where the line is lost, before the press or after it", async () => {
    for (const isLostBefore of [true, false]) {
      const { journey, state, tab } = await load();
      void journey.ask(wish);
      await Server.now.welcome();
      await Server.now.answer("request_chat", { place: 2 });
      if (isLostBefore) Server.now.onclose?.({ code: 1006 });
      void journey.leaveLine();
      if (!isLostBefore) {
        expect(state.view.value).toBe("waiting");
        Server.now.onclose?.({ code: 1006 });
      }
      await vi.advanceTimersByTimeAsync(0);
      expect(state.view.value).toBe("start");
      expect(state.notice.value).toEqual({ title: "wait.left" });
      expect(tab.kept("token")).toBeNull();
      await vi.advanceTimersByTimeAsync(60_000);
      expect(state.view.value).toBe("start");
    }
  });

  it("keeps what was written for the next try when the place ends without the person's wish, and not after it", async () => {
    for (const isOwnWish of [true, false]) {
      const { journey, tab } = await load();
      const draft = await import("../src/seeker/draft");
      void journey.ask(wish);
      await Server.now.welcome();
      await Server.now.answer("request_chat", { place: 2 });
      tab.keep("first_words", [{ message_id: "m1", text: "hello", written_at_ms: 1 }]);
      draft.setDraft("and");
      if (isOwnWish) {
        const leaving = journey.leaveLine();
        await Server.now.answer("leave_line");
        await leaving;
      } else {
        const request_id = Server.now.asked("request_chat")?.request_id;
        Server.now.push({ type: "request_changed", request_id, state: "ended", reason: "pool_closed" });
      }
      expect(tab.kept("asking")).toBeNull();
      expect(tab.kept("first_words")?.length).toBe(isOwnWish ? undefined : 1);
      expect([draft.draft.value, tab.kept("draft")]).toEqual(isOwnWish ? ["", null] : ["and", "and"]);
    }
  });

  it("hands back what never went out when a chat ends, or is gone altogether", async () => {
    const { journey, state, talking } = await load();
    const draft = await import("../src/seeker/draft");
    void journey.ask(wish);
    await Server.now.welcome();
    Server.now.push({ type: "chat_opened", chat_id: "c1", epoch: "e1", seq: 0, participants: [wren] });
    Server.now.onclose?.({ code: 1006 });
    talking.sendWords("one");
    talking.sendWords("two");
    draft.setDraft("three");
    await vi.advanceTimersByTimeAsync(3_000);
    await Server.now.welcome();
    expect(state.view.value).toBe("start");
    expect(draft.draft.value).toBe("one\ntwo\nthree");
  });

  it("still knows after a reload what did not arrive before the chat ended", async () => {
    let page = await load();
    void page.journey.ask(wish);
    await Server.now.welcome();
    await Server.now.answer("request_chat", { place: 1 });
    Server.now.push({ type: "chat_opened", chat_id: "c1", epoch: "e1", seq: 0, participants: [wren] });
    page.talking.sendWords("too late");
    Server.now.push({ type: "chat_ended", chat_id: "c1", by: "listener", reason: "ended" });
    Server.now.push({ type: "refused", ref: Server.now.asked("send_message")?.ref, code: "chat_ended", message: "" });
    await vi.advanceTimersByTimeAsync(0);
    expect(page.tab.kept("unsent")?.messages.map((one) => one.text)).toEqual(["too late"]);

    page = await load();
    page.journey.resume();
    const said = { message_id: "m9", from_id: "l1", text: "bye", sent_at_ms: 1 };
    const ended = { ...openChat, seq: 1, state: "ended" as const };
    await Server.now.welcome({ chats: [ended] }, [
      { type: "message_added", chat_id: "c1", epoch: "e1", seq: 1, ...said },
    ]);
    expect(page.state.view.value).toBe("after");
    expect(page.tab.kept("unsent")?.messages.map((one) => one.text)).toEqual(["too late"]);
  });

  it("says goodbye to the server when it leaves fast", async () => {
    const { journey } = await load();
    void journey.ask(wish);
    await Server.now.welcome();
    Server.now.push({ type: "chat_opened", chat_id: "c1", epoch: "e1", seq: 0, participants: [wren] });
    journey.goAway();
    expect(Server.now.asked("end_chat")).toMatchObject({ chat_id: "c1" });
  });
});
