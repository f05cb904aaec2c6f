import { routeOfRow, type TimelineState, toggleAll, toggleRow } from "./timeline-state.ts";
import { panned } from "./time-window.ts";
import { setCompressed, zoom } from "./toolbar.tsx";
import type { VisibleRow } from "./visible-rows.ts";

const PAGE = 15;
const SHARE = 0.15;

/** What keys do in the timeline, by their names. */
export const TIMELINE_KEYS: Readonly<Record<string, (state: TimelineState) => void>> = {
  ArrowDown: (state) => move(state, 1),
  j: (state) => move(state, 1),
  ArrowUp: (state) => move(state, -1),
  k: (state) => move(state, -1),
  PageDown: (state) => move(state, PAGE),
  PageUp: (state) => move(state, -PAGE),
  Home: (state) => move(state, Number.NEGATIVE_INFINITY),
  End: (state) => move(state, Number.POSITIVE_INFINITY),
  ArrowRight: openOrIn,
  l: openOrIn,
  ArrowLeft: closeOrOut,
  h: closeOrOut,
  "shift+ArrowRight": (state) => pan(state, SHARE),
  "shift+ArrowLeft": (state) => pan(state, -SHARE),
  Enter: (state) => {
    const visible = chosenRow(state);
    if (visible?.hasChildren) toggleRow(state, visible);
  },
  e: (state) => toggleAll(state, true),
  c: (state) => toggleAll(state, false),
  "+": (state) => zoom(state, 1 / 1.5),
  "=": (state) => zoom(state, 1 / 1.5),
  "-": (state) => zoom(state, 1.5),
  "0": (state) => (state.shown.value = undefined),
  g: (state) => setCompressed(state, !state.compress.value),
  Escape: (state) => state.store.go({ view: "timeline" }, { replace: true }),
};

function chosenIndex({ visible, chosenKey }: TimelineState): number {
  return visible.value.findIndex(({ row }) => row.key === chosenKey.value);
}

function chosenRow(state: TimelineState): VisibleRow | undefined {
  return state.visible.value[chosenIndex(state)];
}

function choose({ store }: TimelineState, visible: VisibleRow | undefined): void {
  if (visible) store.go(routeOfRow(visible.row, store.route.value.tab), { replace: true });
}

function move(state: TimelineState, by: number): void {
  const { length } = state.visible.value;
  const index = chosenIndex(state);
  const wanted = index < 0 ? 0 : Math.min(length - 1, Math.max(0, index + by));
  choose(state, state.visible.value[wanted]);
}

function openOrIn(state: TimelineState): void {
  const visible = chosenRow(state);
  if (!visible) move(state, 0);
  else if (visible.hasChildren && !visible.open) toggleRow(state, visible);
  else if (visible.open) move(state, 1);
}

function closeOrOut(state: TimelineState): void {
  const visible = chosenRow(state);
  if (!visible) return;
  if (visible.open) toggleRow(state, visible);
  else
    choose(
      state,
      state.visible.value.find(({ row }) => row === visible.row.parent),
    );
}

function pan({ shown, window, scale }: TimelineState, share: number): void {
  if (shown.value) shown.value = panned(window.value, share, scale.value.length);
}
