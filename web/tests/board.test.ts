import { afterEach, beforeEach, expect, it, vi } from "vitest";

/** The server's end of the board's socket. */
class Server {
  static now: Server;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  private hello = "";

  constructor() {
    Server.now = this;
  }
  send(text: string): void {
    const frame = JSON.parse(text) as { type: string; ref: string };
    if (frame.type === "hello") this.hello = frame.ref;
  }
  close(): void {}
  greets(): void {
    this.onopen?.();
    const welcome = { type: "welcome", person_id: "p1", role: "supervisor", server_time_ms: Date.now() };
    for (const frame of [
      { ...welcome, snapshot: { chats: [] } },
      { type: "done", ref: this.hello },
    ]) {
      this.onmessage?.({ data: JSON.stringify(frame) });
    }
  }
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("WebSocket", Server);
  vi.stubGlobal("location", { protocol: "https:", host: "example.org" });
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

it("A board that slept fills the hole in its line when it is back", async () => {
  const asked: string[] = [];
  vi.stubGlobal("fetch", async (path: string) => {
    asked.push(path);
    return { ok: true, text: async () => '{"samples": []}' };
  });
  const { Board } = await import("../src/supervise/board");
  new Board().start();
  Server.now.greets();
  expect(asked).toEqual(["/api/supervise/history?hours=6"]);
  Server.now.onclose?.({ code: 1006 });
  await vi.advanceTimersByTimeAsync(3_000);
  Server.now.greets();
  expect(asked).toHaveLength(2);
});
