export type Theme = "light" | "dark";

export const THEME_KEY = "tealight.theme";

/** Puts back what was chosen before. Without a choice the system decides (tokens.css). */
export function restoreTheme(storage: Pick<Storage, "getItem" | "setItem">): void {
  const chosen = storage.getItem(THEME_KEY);
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
}

export function isDark(): boolean {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

export function switchTheme(storage: Pick<Storage, "getItem" | "setItem">): Theme {
  const theme: Theme = isDark() ? "light" : "dark";
  document.documentElement.dataset.theme = theme;
  storage.setItem(THEME_KEY, theme);
  return theme;
}
