// Every sentence a person reads, from messages/<part>/<language>.json. A new language is a new file there; nothing here changes.

/** One sentence, or its plural forms by the rules of its language (https://www.unicode.org/cldr: zero, one, two, few, many, other). */
export type Message = string | ({ other: string } & Partial<Record<Intl.LDMLPluralRule, string>>);
export type Messages = Record<string, Message>;
export type Fill = Record<string, string | number>;

/** What Vite's import.meta.glob gives: path of a message file -> a function that loads it. */
export type MessageFiles = Record<string, () => Promise<{ default: Messages }>>;

const RIGHT_TO_LEFT = new Set(["ar", "arc", "ckb", "dv", "fa", "he", "ks", "ps", "sd", "ug", "ur", "yi"]);

export function direction(language: string): "rtl" | "ltr" {
  return RIGHT_TO_LEFT.has(language.split("-")[0] ?? "") ? "rtl" : "ltr";
}

/** The first of `wanted` that is there: the tag itself, else its primary subtag; English when none is. */
export function chooseLanguage(wanted: readonly string[], there: readonly string[]): string {
  for (const tag of wanted) {
    const found = there.find((one) => one.toLowerCase() === tag.toLowerCase());
    const primary = tag.split("-")[0]?.toLowerCase();
    const near = found ?? there.find((one) => one.toLowerCase() === primary);
    if (near !== undefined) return near;
  }
  return "en";
}

function languageOf(path: string): string {
  return path.replace(/^.*\//, "").replace(/\.json$/, "");
}

export class Words<Known extends Messages> {
  language = "en";
  private messages: Messages;
  private plurals = new Intl.PluralRules("en");
  private numbers = new Intl.NumberFormat("en");

  constructor(
    private readonly english: Known,
    private readonly files: MessageFiles = {},
  ) {
    this.messages = english;
  }

  /** The languages that this page can speak. */
  get languages(): string[] {
    return [...new Set(["en", ...Object.keys(this.files).map(languageOf)])].sort();
  }

  /** The language as this device writes it (en-GB where the pages speak en): for times and days. */
  get regional(): string {
    return navigator.languages.find((tag) => tag.startsWith(`${this.language}-`)) ?? this.language;
  }

  /** Speak this language from now on. What its files lack stays English. Call it before the first render. */
  async speak(language: string): Promise<void> {
    const wanted = Object.entries(this.files).filter(([path]) => language !== "en" && languageOf(path) === language);
    const loaded = await Promise.all(wanted.map(([, load]) => load()));
    this.use(language, Object.assign({}, ...loaded.map((file) => file.default)));
  }

  use(language: string, messages: Messages): void {
    this.language = language;
    this.messages = { ...this.english, ...messages };
    this.plurals = new Intl.PluralRules(language);
    this.numbers = new Intl.NumberFormat(language);
  }

  /** The sentence, with `{name}` filled in. `{n}` chooses the plural form. Numbers are written as the language does. */
  say(key: keyof Known & string, fill: Fill = {}): string {
    const message = this.messages[key] ?? this.english[key] ?? key;
    const text = typeof message === "string" ? message : this.form(message, fill.n);
    return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
      const value = fill[name];
      if (value === undefined) return whole;
      return typeof value === "number" ? this.numbers.format(value) : value;
    });
  }

  /** Is there such a message? For keys that come from the server, such as topics. */
  has(key: string): key is keyof Known & string {
    return key in this.messages;
  }

  private form(message: Exclude<Message, string>, n: string | number | undefined): string {
    const rule = this.plurals.select(typeof n === "number" ? n : 0);
    return message[rule] ?? message.other;
  }
}

/** The language to speak here: asked for in the address, chosen before, or the browser's. Marks the page with it. */
export async function speakHere<Known extends Messages>(
  words: Words<Known>,
  chosenBefore: string | null,
): Promise<void> {
  const asked = new URLSearchParams(location.search).get("lang");
  const wanted = [asked, chosenBefore, ...navigator.languages].filter((tag): tag is string => Boolean(tag));
  const language = chooseLanguage(wanted, words.languages);
  await words.speak(language).catch(() => {}); // offline: English is here
  document.documentElement.lang = words.language;
  document.documentElement.dir = direction(words.language);
}

/** What a language calls itself. */
export function nameOfLanguage(tag: string): string {
  try {
    return new Intl.DisplayNames([tag], { type: "language" }).of(tag) ?? tag;
  } catch {
    return tag;
  }
}
