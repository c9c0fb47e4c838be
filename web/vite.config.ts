import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

const here = import.meta.dirname;
/** page -> the folder under src/ that holds its program; a page whose program isn't there isn't built */
const STAFF_PAGES = ["listen", "supervise", "learn", "admin", "sign-in", "certificate"].filter((page) =>
  existsSync(resolve(here, `src/${page}/main.tsx`)),
);

/** Pages of words alone: nothing to build but their style. */
const STILL_PAGES = ["status", "delete"];
/** page -> the folders under messages/ that it takes beside `shared`; all others are staff's */
const WORDS_OF: Record<string, string[]> = {
  index: ["seeker"],
  status: ["seeker", "status"],
  delete: ["status", "delete"],
};

/** Fills `{{key}}` in a page with that English message, and `{{> name}}` with parts/name.html: what stands before the program has loaded. */
function staticWords(): Plugin {
  const messages = (name: string): Record<string, unknown> =>
    JSON.parse(readFileSync(resolve(here, `messages/${name}/en.json`), "utf8"));
  const safe = (text: string): string => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/"/g, "&quot;");
  return {
    name: "static-words",
    transformIndexHtml: {
      order: "pre",
      handler(html, page) {
        const name = basename(page.filename, ".html");
        const words = Object.assign({}, ...["shared", ...(WORDS_OF[name] ?? ["staff"])].map(messages));
        const part = (name: string): string => readFileSync(resolve(here, `parts/${name}.html`), "utf8").trim();
        return html
          .replace(/\{\{> ([a-z-]+)\}\}/g, (_, name: string) => part(name))
          .replace(/\{\{([a-z_.]+)\}\}/g, (_, key: string) => {
            const text = words[key];
            if (typeof text !== "string") throw new Error(`${page.filename}: no message ${key}`);
            return safe(text).replace(/&lt;(\/?strong)>/g, "<$1>");
          })
          .replace(/\n\s+/g, "\n");
      },
    },
  };
}

/** The seeker's one style sheet: without the tokens that only the staff's pages name, and with short names for the others. */
function lightTokens(): Plugin {
  return {
    name: "light-tokens",
    generateBundle(_, bundle) {
      const files = Object.values(bundle);
      const programs = files.map((file) => (file.type === "chunk" ? file.code : "")).join();
      for (const file of files) {
        if (file.type !== "asset" || !file.fileName.endsWith(".css")) continue;
        const css = String(file.source);
        const own = css.replace(/(?<=[{;])--([a-z0-9-]+):[^;}]+;?/g, (whole, name: string) =>
          css.includes(`var(--${name}`) ? whole : "",
        );
        // What a program sets keeps its name; `.btn--main` is no token.
        const tokens = [...new Set(own.match(/(?<=[{;])--[a-z0-9-]+(?=:)/g))].filter(
          (name) => !programs.includes(name),
        );
        file.source = own.replace(/(?<![\w-])--[a-z0-9-]+/g, (name) =>
          tokens.includes(name) ? `--${tokens.indexOf(name).toString(36).toUpperCase()}` : name,
        );
      }
    },
  };
}

/** In the seeker's program: short names for the sentences that are never asked for by a name put together from parts. */
function lightWords(): Plugin {
  const read = (path: string): string => readFileSync(resolve(here, path), "utf8");
  const sources = ["src/seeker", "src/shared"].flatMap((folder) =>
    readdirSync(resolve(here, folder)).map((name) => read(`${folder}/${name}`)),
  );
  const parts = [
    ...new Set(sources.flatMap((code) => [...code.matchAll(/`([a-z_.]+)\$\{/g)].map((found) => found[1] ?? ""))),
  ];
  const keys = ["shared", "seeker"].flatMap((name) => Object.keys(JSON.parse(read(`messages/${name}/en.json`))));
  // Only names with a dot: no other string looks like them.
  const own = keys.filter((key) => key.includes(".") && !parts.some((part) => key.startsWith(part)));
  const short = new Map(own.map((key, index) => [key, `_${index.toString(36)}`]));
  return {
    name: "light-words",
    enforce: "pre",
    transform(code, id) {
      if (!/\/(src|messages)\/(seeker|shared)\//.test(id)) return null;
      return {
        code: code.replace(/"([a-z0-9_.]+)"/g, (_, key: string) => JSON.stringify(short.get(key) ?? key)),
        map: null,
      };
    },
  };
}

// Two builds: what the staff's pages share must not reach the seeker, whose page has to be light.
export default defineConfig(({ mode }) => {
  const isSeeker = mode === "seeker";
  const pages = isSeeker ? ["index"] : [...STAFF_PAGES, ...STILL_PAGES];
  return {
    root: here,
    plugins: [staticWords(), ...(isSeeker ? [lightTokens(), lightWords()] : [])],
    build: {
      outDir: "dist",
      emptyOutDir: isSeeker, // the seeker's page is built first
      copyPublicDir: isSeeker,
      assetsDir: "assets",
      assetsInlineLimit: 0,
      target: ["chrome89", "safari15", "firefox78"],
      // iOS by name: there the size of text is fixed by the prefixed property alone.
      cssTarget: ["chrome89", "safari15", "ios15", "firefox78"],
      modulePreload: { polyfill: false },
      rollupOptions: { input: pages.map((page) => resolve(here, `${page}.html`)) },
    },
    // A busy machine of two cores takes long to start; nothing in these tests waits for real.
    test: { include: ["tests/**/*.test.ts"], testTimeout: 60_000 },
  };
});
