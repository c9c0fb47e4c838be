import { describe, expect, it } from "vitest";
import { dayField, detailParts, endOfDayMs, matches, tagsOf } from "../src/admin/entries";
import { dayNames, forField } from "../src/admin/opening-hours";
import { safeNext } from "../src/staff/me";
import { roughly, stopwatch } from "../src/staff/spans";

describe("spans of time", () => {
  it("read like a stopwatch", () => {
    expect([0, 7_000, 590_000, 3_723_000].map(stopwatch)).toEqual(["0:00", "0:07", "9:50", "1:02:03"]);
  });

  it("read like a person says them", () => {
    expect(roughly(40_000)).toEqual({ unit: "seconds", n: 40 });
    expect(roughly(12 * 60_000)).toEqual({ unit: "minutes", n: 12 });
    expect(roughly(5 * 3_600_000)).toEqual({ unit: "hours", n: 5 });
    expect(roughly(72 * 3_600_000)).toEqual({ unit: "days", n: 3 });
  });
});

describe("where a sign-in leads", () => {
  it("is the page that was asked for, if it is one of ours", () => {
    expect(safeNext("/supervise#wall", "admin")).toBe("/supervise#wall");
  });

  it("is never somebody else's address", () => {
    for (const next of ["//evil.example", "/\\evil.example", "https://evil.example", "javascript:1", "", null]) {
      expect(safeNext(next, "listener")).toBe("/listen");
    }
    expect([safeNext(null, "supervisor"), safeNext(null, "admin")]).toEqual(["/supervise", "/admin"]);
  });
});

describe("what admins type", () => {
  it("becomes language tags, each once", () => {
    expect(tagsOf(" en, es  pt-BR;en ")).toEqual(["en", "es", "pt-BR"]);
    expect(tagsOf("  ")).toEqual([]);
  });

  it("becomes the end of that day, here", () => {
    const at = endOfDayMs("2027-03-11");
    expect(at).toBe(new Date(2027, 2, 11, 23, 59, 59, 999).getTime());
    expect(dayField(at ?? 0)).toBe("2027-03-11");
    expect(endOfDayMs("")).toBeNull();
  });

  it("finds people by name, role and clearance together", () => {
    const wren = { name: "wren", display_name: "Wren of the Wood", role: "listener", age_bands: ["adult"] };
    expect(matches(wren, { words: "WOOD", role: "", ageBand: "adult" })).toBe(true);
    expect(matches(wren, { words: "", role: "admin", ageBand: "" })).toBe(false);
    expect(matches(wren, { words: "", role: "", ageBand: "teen" })).toBe(false);
  });
});

describe("an audit line's detail", () => {
  const words = {
    day: (atMs: number) => `day ${atMs}`,
    clearance: (kind: string, value: string) => (kind === "topic" ? `topic named ${value}` : null),
  };

  it("is flat and leaves out what is empty", () => {
    const detail = { fields: ["role", "languages"], is_active: false, granted_at_ms: null, clearance_id: "c1" };
    expect(detailParts({ ...detail, expires_at_ms: 5 }, words)).toEqual([
      "fields: role, languages",
      "is active: false",
      "expires: day 5",
    ]);
  });

  it("calls a clearance what it is called elsewhere", () => {
    expect(detailParts({ kind: "topic", value: "grief", expires_at_ms: 5 }, words)).toEqual([
      "topic named grief",
      "expires: day 5",
    ]);
    expect(detailParts({ kind: "crisis_book", value: "" }, words)).toEqual(["kind: crisis_book"]);
  });
});

describe("opening hours", () => {
  it("begin their week on Monday", () => {
    expect(dayNames("en")[0]).toBe("Monday");
    expect(dayNames("en")[6]).toBe("Sunday");
  });

  it("show the end of a day in a field that knows no 24:00", () => {
    expect([forField("24:00"), forField("23:00")]).toEqual(["00:00", "23:00"]);
  });
});
