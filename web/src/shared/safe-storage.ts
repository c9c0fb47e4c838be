/** Storage that may be forbidden (private windows, strict settings): then it is kept in memory and lost with the page. */
export class SafeStorage implements Pick<Storage, "getItem" | "setItem" | "removeItem"> {
  private readonly memory = new Map<string, string>();

  constructor(private readonly real: () => Storage) {}

  getItem(key: string): string | null {
    try {
      return this.real().getItem(key) ?? this.memory.get(key) ?? null;
    } catch {
      return this.memory.get(key) ?? null;
    }
  }

  setItem(key: string, value: string): void {
    try {
      this.real().setItem(key, value);
    } catch {
      this.memory.set(key, value);
    }
  }

  removeItem(key: string): void {
    this.memory.delete(key);
    try {
      this.real().removeItem(key);
    } catch {
      // nothing was kept there
    }
  }
}

export const thisTab = new SafeStorage(() => sessionStorage);
export const thisDevice = new SafeStorage(() => localStorage);
