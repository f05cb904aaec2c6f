import { effect, type Signal, signal } from "@preact/signals";

/** `auto`: as the system has it. */
export const THEMES = ["auto", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

const KEY = "dad.theme";

/** The colours of the page, kept for the next one where the browser lets a page from the disk keep something. */
export function themeOf(window: Window): Signal<Theme> {
  const theme = signal<Theme>(THEMES.find((known) => known === kept(window)) ?? "auto");
  effect(() => {
    window.document.documentElement.dataset["theme"] = theme.value;
    keep(window, theme.value);
  });
  return theme;
}

export function nextTheme(theme: Theme): Theme {
  return THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? "auto";
}

function kept(window: Window): string | null {
  try {
    return window.localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

function keep(window: Window, theme: Theme): void {
  try {
    window.localStorage.setItem(KEY, theme);
  } catch {
    // This page has the theme all the same.
  }
}
