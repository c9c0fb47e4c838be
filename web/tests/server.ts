import { vi } from "vitest";
import type { Snapshot } from "../src/shared/wire";

/** The server's end of a page's socket. A file says in `about` whom it welcomes. */
export class Server {
  static open: Server[] = [];
  static about: Record<string, string> = {};
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
  async welcome(snapshot: Partial<Snapshot> = {}, missed: object[] = [], server_time_ms = Date.now()): Promise<void> {
    this.onopen?.();
    const clocks = { server_time_ms, heartbeat_s: 20 };
    this.push({ type: "welcome", ...Server.about, ...clocks, snapshot: { chats: [], ...snapshot } });
    for (const push of missed) this.push(push);
    await this.answer("hello");
  }
}
