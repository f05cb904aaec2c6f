import { useEffect, useRef, useState } from "preact/hooks";
import { VirtualRows } from "../rows/virtual-rows.tsx";
import { Splitter } from "../shell/splitter.tsx";
import { Axis } from "./axis.tsx";
import { ChartCell, placeOf } from "./chart-cell.tsx";
import { Grid } from "./grid.tsx";
import { isCritical } from "./run-rows.ts";
import { routeOfRow, type TimelineState, toggleRow } from "./timeline-state.ts";
import { Toolbar } from "./toolbar.tsx";
import { TreeCell } from "./tree-cell.tsx";
import type { VisibleRow } from "./visible-rows.ts";
import { watchWheel } from "./wheel.ts";

const ROW_HEIGHT = 26;
const HEAD_HEIGHT = 30;

/** The tree of the run, and beside it when each of its parts was at work. Both are one list, so that they cannot come apart. */
export function Timeline({ state }: { readonly state: TimelineState }) {
  const frame = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(800);
  useEffect(() => watchWheel(frame.current, state), [state]);
  useEffect(() => watchWidth(frame.current, setWidth), []);
  const visible = state.visible.value;
  const chosen = visible.findIndex(({ row }) => row.key === state.chosenKey.value);
  return (
    <section class="timeline" aria-label="Timeline">
      <Toolbar state={state} />
      <div
        class="timeline-rows"
        ref={frame}
        tabIndex={0}
        role="tree"
        aria-label="What the run did"
        aria-activedescendant={chosen < 0 ? undefined : "chosen-row"}
      >
        <Grid state={state} width={width} />
        <VirtualRows
          count={visible.length}
          rowHeight={ROW_HEIGHT}
          head={<Head state={state} width={width} />}
          headHeight={HEAD_HEIGHT}
          reveal={chosen < 0 ? undefined : chosen}
          revealKey={state.chosenKey.value}
          row={(index) => <TimelineRow key={index} state={state} visible={visible[index]} />}
        />
        {visible.length === 0 && <p class="nothing">Nothing of this run is as the filters ask.</p>}
      </div>
    </section>
  );
}

function Head({ state, width }: { readonly state: TimelineState; readonly width: number }) {
  return (
    <div class="timeline-head">
      <div class="tree-head">What</div>
      <Splitter name="tree" label="Width of the tree" />
      <div class="axis-frame">
        <Axis state={state} width={width} />
      </div>
    </div>
  );
}

function TimelineRow({ state, visible }: { readonly state: TimelineState; readonly visible: VisibleRow | undefined }) {
  if (!visible) return null;
  const { row, open, hasChildren, dim } = visible;
  const isChosen = row.key === state.chosenKey.value;
  return (
    <div
      id={isChosen ? "chosen-row" : undefined}
      class={`timeline-row ${row.kind} ${dim ? "dim-row" : ""} ${isCritical(row) ? "has-failed" : ""}`}
      role="treeitem"
      aria-level={row.depth + 1}
      aria-expanded={hasChildren ? open : undefined}
      aria-selected={isChosen}
      aria-label={`${row.label}, ${row.type}, ${row.status}`}
      onClick={() => state.store.go(routeOfRow(row, state.store.route.value.tab))}
      onDblClick={() => hasChildren && toggleRow(state, visible)}
    >
      <TreeCell state={state} visible={visible} />
      <ChartCell row={row} place={placeOf(state)} />
    </div>
  );
}

function watchWidth(element: HTMLElement | null, tell: (width: number) => void): (() => void) | undefined {
  const axis = element?.querySelector(".axis-frame");
  if (!axis) return undefined;
  const sizes = new ResizeObserver(() => tell(axis.clientWidth));
  sizes.observe(axis);
  return () => sizes.disconnect();
}
