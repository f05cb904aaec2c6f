import type { NodeStatus } from "@dad/protocol";
import { useMemo } from "preact/hooks";
import { durationText } from "../format/amounts.ts";
import { StatusMark } from "../shell/status-mark.tsx";
import { type TimelineState, toggleAll, toggleStatus } from "./timeline-state.ts";
import { zoomed } from "./time-window.ts";
import { isFiltering, NO_FILTER, type RowFilter } from "./visible-rows.ts";

export function Toolbar({ state }: { readonly state: TimelineState }) {
  return (
    <div class="toolbar" role="toolbar" aria-label="Timeline">
      <span class="tools">
        <button type="button" onClick={() => toggleAll(state, true)} title="Open all (e)">
          Expand
        </button>
        <button type="button" onClick={() => toggleAll(state, false)} title="Close all (c)">
          Collapse
        </button>
      </span>
      <StatusFilters state={state} />
      <OtherFilters state={state} />
      <Marked state={state} />
      <TimeTools state={state} />
    </div>
  );
}

const ORDER: readonly NodeStatus[] = ["failed", "interrupted", "running", "waiting", "cancelled", "skipped", "completed"];

function StatusFilters({ state }: { readonly state: TimelineState }) {
  const { all } = state.store.index;
  const counts = useMemo(() => countedBy(all, ({ status }) => status), [all]);
  const chosen = state.filter.value.statuses;
  return (
    <span class="tools" role="group" aria-label="Only elements that are">
      {ORDER.filter((status) => counts.has(status)).map((status) => (
        <button
          key={status}
          type="button"
          class="chip"
          aria-pressed={chosen.has(status)}
          aria-label={`${status}: ${counts.get(status)}`}
          title={`Only what is ${status}`}
          onClick={() => toggleStatus(state, status)}
        >
          <StatusMark status={status} /> {counts.get(status)}
        </button>
      ))}
    </span>
  );
}

function OtherFilters({ state }: { readonly state: TimelineState }) {
  const { filter, store } = state;
  const attempts = useMemo(() => store.index.all.flatMap((element) => element.attempts ?? []), [store]);
  const types = useMemo(() => [...new Set(attempts.flatMap(({ nodeType }) => nodeType ?? []))].sort(), [attempts]);
  const hasReused = useMemo(() => attempts.some(({ decision }) => decision === "reused"), [attempts]);
  const hasRetried = useMemo(() => store.index.all.some((element) => (element.attempts?.length ?? 0) > 1), [store]);
  const set = (change: Partial<RowFilter>) => (filter.value = { ...filter.value, ...change });
  const { retried, reuse, shortestMs } = filter.value;
  // What cannot be told from a line.
  const small = state.scale.value.length / 400;
  return (
    <span class="tools">
      <select
        aria-label="Type of nodes"
        value={[...filter.value.types][0] ?? ""}
        onChange={({ currentTarget: { value } }) => set({ types: new Set(value === "" ? [] : [value]) })}
      >
        <option value="">all types</option>
        {types.map((type) => (
          <option key={type}>{type}</option>
        ))}
      </select>
      {hasRetried && <Toggle label="Retried" on={retried} set={(on) => set({ retried: on })} />}
      {hasReused && <Toggle label="Reused" on={reuse === "reused"} set={(on) => set({ reuse: on ? "reused" : "all" })} />}
      {hasReused && <Toggle label="Executed" on={reuse === "executed"} set={(on) => set({ reuse: on ? "executed" : "all" })} />}
      <Toggle
        label="Hide small"
        title={`Hide what took less than ${durationText(small)}`}
        on={shortestMs > 0}
        set={(on) => set({ shortestMs: on ? small : 0 })}
      />
      {isFiltering(filter.value) && (
        <button type="button" onClick={() => (filter.value = NO_FILTER)}>
          Clear filters
        </button>
      )}
    </span>
  );
}

interface ToggleProps {
  readonly label: string;
  readonly title?: string;
  readonly on: boolean;
  readonly set: (on: boolean) => void;
}

function Toggle({ label, title, on, set }: ToggleProps) {
  return (
    <button type="button" class="chip" aria-pressed={on} title={title} onClick={() => set(!on)}>
      {label}
    </button>
  );
}

function Marked({ state }: { readonly state: TimelineState }) {
  const { marked, filter, scale, shown } = state;
  if (!marked.value) return null;
  const range = marked.value;
  return (
    <span class="tools marked" role="group" aria-label="The time that is marked">
      <b>{durationText(range.end - range.start)}</b>
      <button type="button" onClick={() => (shown.value = [scale.value.at(range.start), scale.value.at(range.end)])}>
        Zoom
      </button>
      <button type="button" onClick={() => (filter.value = { ...filter.value, during: range })}>
        Only these
      </button>
      <button
        type="button"
        onClick={() => {
          marked.value = undefined;
          filter.value = { ...filter.value, during: undefined };
        }}
      >
        Unmark
      </button>
    </span>
  );
}

function TimeTools({ state }: { readonly state: TimelineState }) {
  const { compress } = state;
  return (
    <span class="tools end">
      <Toggle
        label="Shorten idle time"
        title="Draw time in which nothing happened shorter than it was (g)"
        on={compress.value}
        set={(on) => setCompressed(state, on)}
      />
      <button type="button" aria-label="Zoom out" title="Zoom out (-)" onClick={() => zoom(state, 1.5)}>
        −
      </button>
      <button type="button" aria-label="Zoom in" title="Zoom in (+)" onClick={() => zoom(state, 1 / 1.5)}>
        +
      </button>
      <button type="button" title="Show all time (0)" disabled={!state.shown.value} onClick={() => (state.shown.value = undefined)}>
        All
      </button>
    </span>
  );
}

export function setCompressed({ compress, shown }: TimelineState, on: boolean): void {
  compress.value = on;
  shown.value = undefined;
}

/** Around the middle of what is shown. */
export function zoom({ shown, window, scale }: TimelineState, factor: number): void {
  const [from, to] = window.value;
  shown.value = zoomed([from, to], { factor, anchor: (from + to) / 2, length: scale.value.length });
}

function countedBy<Item, Key>(items: readonly Item[], keyOf: (item: Item) => Key): Map<Key, number> {
  const counts = new Map<Key, number>();
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1);
  return counts;
}
