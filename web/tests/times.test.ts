import { expect, it, vi } from "vitest";
import { clockTime } from "../src/shared/times";

it("A time of day is written as the language does, and a long chat makes one format for all", () => {
  const made = vi.spyOn(Intl, "DateTimeFormat");
  const atMs = new Date(2026, 0, 5, 15, 4).getTime();
  for (let minute = 0; minute < 60; minute += 1) clockTime(atMs + minute * 60_000, "en-GB");
  expect(clockTime(atMs, "en-GB")).toBe("15:04");
  expect(made).toHaveBeenCalledTimes(1);
  expect(clockTime(atMs, "en-US")).toMatch(/^3:04\sPM$/);
  made.mockRestore();
});
