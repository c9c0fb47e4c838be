/** Storage that may be forbidden (private windows, strict settings) or full: then it is in memory, lost with the page. */
export class SafeStorage implements Pick<Storage, "getItem" | "setItem" | "removeItem"> {
  private readonly memory = new Map<string, string>();

  constructor(private readonly real: () => Storage) {}

  getItem(key: string): string | null {
    const newer = this.memory.get(key);
    if (newer !== undefined) return newer;
    try {
      return this.real().getItem(key);
    } catch {
      return null;
    }
  }

  setItem(key: string, value: string): void {
    try {
      this.real().setItem(key, value);
      this.memory.delete(key);
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
