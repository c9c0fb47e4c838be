import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

const here = import.meta.dirname;
/** page -> the folder under src/ that holds its program; a page whose program isn't there isn't built */
const PAGES = {
  index: "seeker",
  listen: "listen",
  supervise: "supervise",
  learn: "learn",
  admin: "admin",
  "sign-in": "sign-in",
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
        const words = { ...messages("shared"), ...messages(page.filename.endsWith("index.html") ? "seeker" : "staff") };
        const part = (name: string): string => readFileSync(resolve(here, `parts/${name}.html`), "utf8").trim();
        return html
          .replace(/\{\{> ([a-z-]+)\}\}/g, (_, name: string) => part(name))
          .replace(/\{\{([a-z_.]+)\}\}/g, (_, key: string) => {
            const text = words[key];
            if (typeof text !== "string") throw new Error(`${page.filename}: no message ${key}`);
            return safe(text);
          });
      },
    },
  };
}

export default defineConfig({
  root: here,
  plugins: [staticWords()],
  build: {
    outDir: "dist",
    assetsDir: "assets",
    assetsInlineLimit: 0,
    target: ["chrome89", "safari15", "firefox78"],
    cssTarget: ["chrome89", "safari15", "firefox78"],
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: Object.entries(PAGES)
        .filter(([, folder]) => existsSync(resolve(here, `src/${folder}/main.tsx`)))
        .map(([page]) => resolve(here, `${page}.html`)),
    },
  },
  test: { include: ["tests/**/*.test.ts"] },
});
