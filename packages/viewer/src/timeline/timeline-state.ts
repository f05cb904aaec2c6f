import { computed, effect, type ReadonlySignal, type Signal, signal, untracked } from "@preact/signals";
import type { NodeStatus } from "@dad/protocol";
import type { Route } from "../route.ts";
import type { RunIndex } from "../run-index.ts";
import type { Selection } from "../selection.ts";
import type { Store } from "../store.ts";
import { attemptKey, elementKey, type Row, runRows, type RunRows, spanKey } from "./run-rows.ts";
import { runTime, type RunTime } from "./run-time.ts";
import { type Interval, timeScale, type TimeScale } from "./time-scale.ts";
import type { TimeWindow } from "./time-window.ts";
import { NO_FILTER, type RowFilter, type VisibleRow, visibleRows } from "./visible-rows.ts";

/** How the tree and the chart are looked at. It lasts while other views are shown. */
export interface TimelineState {
  readonly store: Store;
  readonly rows: RunRows;
  readonly time: RunTime;
  readonly filter: Signal<RowFilter>;
  readonly toggled: Signal<ReadonlyMap<string, boolean>>;
  readonly visible: ReadonlySignal<readonly VisibleRow[]>;
  /** Whether time in which nothing happened is drawn shorter. */
  readonly compress: Signal<boolean>;
  readonly scale: ReadonlySignal<TimeScale>;
  /** The part of the scale that is shown. `undefined`: all of it. */
  readonly shown: Signal<TimeWindow | undefined>;
  readonly window: ReadonlySignal<TimeWindow>;
  /** The time that somebody marked. */
  readonly marked: Signal<Interval | undefined>;
  readonly chosenKey: ReadonlySignal<string | undefined>;
  /** Where somebody was in it last. */
  readonly last: ReadonlySignal<Route>;
}

/** What ends with the run, or does not end, is seen to. */
const ROOM = 1.015;

export function timelineState(store: Store): TimelineState {
  const { run, index } = store;
  const rows = runRows(run, index);
  const time = runTime(run, store.report.generatedAt);
  const filter = signal<RowFilter>(NO_FILTER);
  const toggled = signal<ReadonlyMap<string, boolean>>(new Map());
  const compress = signal(true);
  const scale = computed(() => timeScale(time.busy, time.whole, { compress: compress.value }));
  const shown = signal<TimeWindow | undefined>(undefined);
  const last = signal<Route>({ view: "timeline" });
  effect(() => {
    if (store.route.value.view === "timeline") last.value = store.route.value;
  });
  effect(() => {
    const selection = store.selection.value;
    const keys = selection ? keysAround(selection, store.route.value, index) : [];
    untracked(() => {
      if (keys.some((key) => toggled.value.get(key) !== true))
        toggled.value = new Map([...toggled.value, ...keys.map((key) => [key, true] as const)]);
    });
  });
  return {
    store,
    rows,
    time,
    filter,
    toggled,
    visible: computed(() => visibleRows({ rows, index, filter: filter.value, toggled: toggled.value, now: time.now })),
    compress,
    scale,
    shown,
    window: computed(() => shown.value ?? [0, scale.value.length * ROOM]),
    marked: signal<Interval | undefined>(undefined),
    chosenKey: computed(() => {
      const selection = store.selection.value;
      return selection && keyOf(selection, store.route.value, index);
    }),
    last,
  };
}

function keyOf({ element, attempt, span }: Selection, route: Route, index: RunIndex): string | undefined {
  if (span && !index.isOwn(span)) return spanKey(span.spanId);
  if (!element) return undefined;
  const isOneOfSeveral = (element.attempts?.length ?? 0) > 1 && (route.attempt !== undefined || span !== undefined);
  return attempt && isOneOfSeveral ? attemptKey(element.path, attempt.attempt) : elementKey(element.path);
}

/** The rows that have to be open, so that a row is seen. */
function keysAround(selection: Selection, route: Route, index: RunIndex): string[] {
  const { element, attempt, span } = selection;
  const keys: string[] = [];
  const chosen = keyOf(selection, route, index);
  if (element && chosen !== elementKey(element.path)) keys.push(elementKey(element.path));
  if (element && attempt && span && chosen !== attemptKey(element.path, attempt.attempt)) keys.push(attemptKey(element.path, attempt.attempt));
  for (let path = element && index.around(element.path); path !== undefined; path = index.around(path)) keys.push(elementKey(path));
  const seen = new Set<string>();
  for (let id = span?.parentSpanId; id !== undefined && !seen.has(id); id = index.span(id)?.parentSpanId) {
    seen.add(id);
    const around = index.span(id);
    if (!around || index.isOwn(around)) break;
    keys.push(spanKey(id));
  }
  return keys;
}

/** What a row leads to. */
export function routeOfRow({ element, attempt, span, kind }: Row, tab?: string): Route {
  if (kind === "span") return { view: "timeline", span: span?.spanId, tab };
  return { view: "timeline", path: element?.path, attempt: kind === "attempt" ? attempt?.attempt : undefined, tab };
}

export function toggleRow({ toggled }: TimelineState, { row, open }: VisibleRow): void {
  toggled.value = new Map([...toggled.value, [row.key, !open]]);
}

/** Opens or closes all elements of the run that hold others. */
export function toggleAll({ toggled, store }: TimelineState, open: boolean): void {
  const holders = store.index.all.filter(({ path }) => store.index.elementsIn(path).length > 0);
  toggled.value = new Map(holders.map(({ path }) => [elementKey(path), open]));
}

export function toggleStatus({ filter }: TimelineState, status: NodeStatus): void {
  const statuses = new Set(filter.value.statuses);
  if (!statuses.delete(status)) statuses.add(status);
  filter.value = { ...filter.value, statuses };
}
