import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ChatSummary, Snapshot } from "../src/shared/wire";

/** The server's end of the page's socket. */
class Server {
  static open: Server[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  readonly heard: Record<string, unknown>[] = [];

  constructor() {
    Server.open.push(this);
  }
  static get now(): Server {
    return Server.open[Server.open.length - 1] as Server;
  }
  send(text: string): void {
    this.heard.push(JSON.parse(text));
  }
  close(): void {}
  push(frame: object): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
  asked(type: string): Record<string, unknown> | undefined {
    return this.heard.find((one) => one.type === type);
  }
  async answer(type: string, reply: object = {}): Promise<void> {
    this.push({ type: "done", ref: this.asked(type)?.ref, ...reply });
    await vi.advanceTimersByTimeAsync(0);
  }
  async welcome(snapshot: Partial<Snapshot> = {}, missed: object[] = []): Promise<void> {
    this.onopen?.();
    const about = { person_id: "s1", role: "seeker", name: "Quiet Heron", server_time_ms: Date.now(), heartbeat_s: 20 };
    this.push({ type: "welcome", ...about, token: "t1", snapshot: { chats: [], ...snapshot } });
    for (const push of missed) this.push(push);
    await this.answer("hello");
  }
}

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

  it("says goodbye to the server when it leaves fast", async () => {
    const { journey } = await load();
    void journey.ask(wish);
    await Server.now.welcome();
    Server.now.push({ type: "chat_opened", chat_id: "c1", epoch: "e1", seq: 0, participants: [wren] });
    journey.goAway();
    expect(Server.now.asked("end_chat")).toMatchObject({ chat_id: "c1" });
  });
});
