import type { Signal } from "@preact/signals";
import { type Route, type View, VIEWS } from "../route.ts";
import type { SearchState } from "../search/search-state.ts";
import type { Store } from "../store.ts";
import { nextTheme } from "../theme/theme.ts";
import { TIMELINE_KEYS } from "../timeline/timeline-keys.ts";
import type { TimelineState } from "../timeline/timeline-state.ts";

export interface Keyboard {
  readonly store: Store;
  readonly timeline: TimelineState;
  readonly search: SearchState;
  readonly help: Signal<boolean>;
}

/** Keys that work wherever the focus is, as long as nobody writes and no part of the page has a use for them. */
export function watchKeys(document: Document, keyboard: Keyboard): () => void {
  const press = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isWriting(event)) return;
    const action = actionOf(event, keyboard);
    if (!action) return;
    event.preventDefault();
    action();
  };
  document.addEventListener("keydown", press);
  return () => document.removeEventListener("keydown", press);
}

export function viewsOf(store: Store): View[] {
  return VIEWS.filter((view) => view !== "compare" || store.before);
}

/** The timeline is shown as somebody left it. */
export function routeTo(view: View, timeline: TimelineState): Route {
  return view === "timeline" ? timeline.last.value : { view };
}

function actionOf({ key, shiftKey, target }: KeyboardEvent, { store, timeline, search, help }: Keyboard): (() => void) | undefined {
  const view = /^[1-9]$/.test(key) ? viewsOf(store)[Number(key) - 1] : undefined;
  if (view) return () => store.go(routeTo(view, timeline));
  const everywhere: Readonly<Record<string, () => void>> = {
    "/": () => search.focus(),
    "?": () => (help.value = true),
    t: () => (store.theme.value = nextTheme(store.theme.value)),
    n: () => search.step(1),
    N: () => search.step(-1),
  };
  const found = Object.hasOwn(everywhere, key) ? everywhere[key] : undefined;
  if (found) return found;
  if (store.route.value.view !== "timeline" || help.value || isControl(target, key)) return undefined;
  const name = shiftKey && key.startsWith("Arrow") ? `shift+${key}` : key;
  const inTimeline = Object.hasOwn(TIMELINE_KEYS, name) ? TIMELINE_KEYS[name] : undefined;
  return inTimeline && (() => inTimeline(timeline));
}

function isWriting({ target }: KeyboardEvent): boolean {
  return target instanceof HTMLElement && (target.matches("input, textarea, select") || target.isContentEditable);
}

/** A button is pressed by Enter, and what can be scrolled or has parts is moved through by arrows. */
function isControl(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (key === "Enter") return target.closest("button, a, summary") !== null;
  return /^(Arrow|Page|Home|End)/.test(key) && target.closest("[role=tab], [role=tablist], .inspector-frame") !== null;
}
