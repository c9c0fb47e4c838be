import { describe, expect, it } from "vitest";
import { chooseLanguage, direction, Words } from "../src/shared/words";

const english = {
  greeting: "Hello {name}",
  before: { one: "{n} person is before you.", other: "{n} people are before you." },
};

describe("words", () => {
  it("fills in names and chooses the plural", () => {
    const words = new Words(english);
    expect(words.say("greeting", { name: "Quiet Heron" })).toBe("Hello Quiet Heron");
    expect(words.say("before", { n: 1 })).toBe("1 person is before you.");
    expect(words.say("before", { n: 1200 })).toBe("1,200 people are before you.");
  });

  it("speaks a language that was dropped in, by its own plural rules, and falls back to English", async () => {
    const polish = { before: { one: "{n} osoba", few: "{n} osoby", many: "{n} osób", other: "{n} osoby" } };
    const words = new Words(english, { "../messages/seeker/pl.json": async () => ({ default: polish }) });
    expect(words.languages).toEqual(["en", "pl"]);
    await words.speak("pl");
    expect(words.say("before", { n: 3 })).toBe("3 osoby");
    expect(words.say("before", { n: 5 })).toBe("5 osób");
    expect(words.say("greeting", { name: "Ada" })).toBe("Hello Ada");
  });

  it("takes the nearest language, else English", () => {
    expect(chooseLanguage(["pt-BR", "fr"], ["en", "fr", "pt"])).toBe("pt");
    expect(chooseLanguage(["zh-TW"], ["en", "zh-TW", "zh"])).toBe("zh-TW");
    expect(chooseLanguage(["xx"], ["en", "fr"])).toBe("en");
  });

  it("knows which languages run from right to left", () => {
    expect(direction("ar-EG")).toBe("rtl");
    expect(direction("en")).toBe("ltr");
  });
});
