import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { call, Problem } from "../src/shared/http";

const answer = (body: object) => ({ ok: true, text: async () => JSON.stringify(body) });

describe("what the first page asks for", () => {
  beforeEach(() => {
    vi.useFakeTimers();
    vi.resetModules();
  });
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });

  it("comes by itself when the service is there again", async () => {
    let isThere = false;
    vi.stubGlobal("fetch", async () => {
      if (!isThere) throw new TypeError("no network");
      return answer({ pools: [], topics: [], texts: {} });
    });
    const front = await import("../src/seeker/front");
    await front.loadFront();
    expect(front.isUnreachable.value).toBe(true);
    isThere = true;
    await vi.advanceTimersByTimeAsync(15_000);
    expect([front.isUnreachable.value, front.front.value?.topics]).toEqual([false, []]);
  });

  it("is no answer where the line is lost in the middle of it", async () => {
    vi.stubGlobal("fetch", async () => ({ ok: true, text: () => Promise.reject(new TypeError("network error")) }));
    await expect(call("POST", "/api/anything", {})).rejects.toEqual(new Problem(0, "no_answer"));
  });

  it("is given up after half a minute on a line that swallows everything", async () => {
    vi.useRealTimers();
    const within = vi.spyOn(AbortSignal, "timeout").mockImplementation((ms) => {
      expect(ms).toBe(30_000);
      return AbortSignal.abort();
    });
    vi.stubGlobal("fetch", (_: string, asked: RequestInit) =>
      asked.signal?.aborted ? Promise.reject(asked.signal.reason) : new Promise(() => {}),
    );
    await expect(call("GET", "/api/front")).rejects.toEqual(new Problem(0, "no_answer"));
    within.mockRestore();
  });
});
