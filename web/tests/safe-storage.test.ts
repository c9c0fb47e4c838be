import { expect, it } from "vitest";
import { SafeStorage } from "../src/shared/safe-storage";

/** A browser's storage that holds what it has and takes no more while it is full. */
class Small {
  readonly held = new Map<string, string>();
  isFull = false;
  getItem = (key: string): string | null => this.held.get(key) ?? null;
  removeItem = (key: string): boolean => this.held.delete(key);
  setItem = (key: string, value: string): void => {
    if (this.isFull) throw new DOMException("full", "QuotaExceededError");
    this.held.set(key, value);
  };
}

it("knows what was kept last, also where the browser had no room for it", () => {
  const small = new Small();
  const storage = new SafeStorage(() => small as unknown as Storage);
  storage.setItem("token", "old");
  small.isFull = true;
  storage.setItem("token", "new");
  expect(storage.getItem("token")).toBe("new");
  small.isFull = false;
  storage.setItem("token", "newest");
  expect([storage.getItem("token"), small.held.get("token")]).toEqual(["newest", "newest"]);
  storage.removeItem("token");
  expect(storage.getItem("token")).toBeNull();
});

it("does without a storage that is forbidden", () => {
  const storage = new SafeStorage(() => {
    throw new DOMException("no", "SecurityError");
  });
  expect(storage.getItem("token")).toBeNull();
  storage.setItem("token", "kept");
  expect(storage.getItem("token")).toBe("kept");
  storage.removeItem("token");
  expect(storage.getItem("token")).toBeNull();
});
