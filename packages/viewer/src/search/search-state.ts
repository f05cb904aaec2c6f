import { type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { Store } from "../store.ts";
import { type Entry, entriesOf } from "./search-index.ts";

export interface Found {
  readonly entry: Entry;
  /** Where in the text of the entry. */
  readonly at: number;
}

/** What somebody looks for, and what was found so far. */
export interface SearchState {
  readonly query: Signal<string>;
  readonly found: ReadonlySignal<readonly Found[]>;
  /** More than are shown. */
  readonly total: ReadonlySignal<number>;
  readonly busy: ReadonlySignal<boolean>;
  readonly open: Signal<boolean>;
  /** The result that is shown, from 0; `-1` before the first one. */
  readonly current: ReadonlySignal<number>;
  look(query: string): void;
  /** Goes to the next result, or back. */
  step(by: number): void;
  show(index: number): void;
  /** Puts the cursor into the field. */
  focus(): void;
  field?: HTMLInputElement | null;
}

const MOST_SHOWN = 300;
/** So long may the page be without answering a key. */
const SLICE_MS = 12;

export function searchState(store: Store): SearchState {
  const [query, found, total] = [signal(""), signal<readonly Found[]>([]), signal(0)];
  const [busy, open, current] = [signal(false), signal(false), signal(-1)];
  const take = (list: readonly Found[]) => {
    total.value += list.length;
    if (list.length > 0 && found.value.length < MOST_SHOWN) found.value = [...found.value, ...list].slice(0, MOST_SHOWN);
  };
  const start = inSlices(take, () => (busy.value = false));
  const state: SearchState = {
    query,
    found,
    total,
    busy,
    open,
    current,
    look(wanted) {
      const word = wanted.trim().toLowerCase();
      [query.value, found.value, total.value, current.value] = [wanted, [], 0, -1];
      busy.value = word !== "";
      start(word === "" ? [] : matches(entriesOf(store.run), word));
    },
    step(by) {
      const { length } = found.value;
      if (length > 0) state.show((Math.max(current.value, by < 0 ? 0 : -1) + by + length) % length);
    },
    show(index) {
      const result = found.value[index];
      if (!result) return;
      current.value = index;
      store.go(result.entry.route);
    },
    focus() {
      open.value = true;
      state.field?.focus();
      state.field?.select();
    },
  };
  return state;
}

/** Goes through a search piece by piece, so that the page answers meanwhile. The next one ends the one before. */
function inSlices(take: (list: readonly Found[]) => void, end: () => void): (search: Iterable<Found | undefined>) => void {
  let latest: Iterator<Found | undefined, unknown> | undefined;
  return (search) => {
    const own = search[Symbol.iterator]();
    latest = own;
    const next = () => {
      if (own !== latest) return;
      const { list, done } = slice(own);
      take(list);
      if (done) end();
      else setTimeout(next);
    };
    next();
  };
}

function* matches(entries: Iterable<Entry>, wanted: string): Generator<Found | undefined> {
  for (const entry of entries) {
    const at = entry.text.toLowerCase().indexOf(wanted);
    yield at < 0 ? undefined : { entry, at };
  }
}

/** What is found in so long. */
function slice(search: Iterator<Found | undefined, unknown>): { readonly list: Found[]; readonly done: boolean } {
  const list: Found[] = [];
  const until = performance.now() + SLICE_MS;
  for (let count = 1; ; count += 1) {
    const { value, done } = search.next();
    if (done === true) return { list, done: true };
    if (value) list.push(value);
    if (count % 16 === 0 && performance.now() > until) return { list, done: false };
  }
}
