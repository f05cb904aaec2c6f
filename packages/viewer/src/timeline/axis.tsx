import { useRef, useState } from "preact/hooks";
import { durationText } from "../format/amounts.ts";
import { ticksOf } from "./ticks.ts";
import type { TimelineState } from "./timeline-state.ts";

const TICK_WIDTH = 90;
/** In pixels: what is said of a gap nearer to a side has no room there. */
const NEAR = 32;

/** The time of the run, and what of it somebody marks by drawing over it. */
export function Axis({ state, width }: { readonly state: TimelineState; readonly width: number }) {
  const scale = state.scale.value;
  const [from, to] = state.window.value;
  const percent = (at: number) => ((at - from) / (to - from)) * 100;
  const { place, handlers } = useMarking(state);
  const gaps = scale.segments.filter((segment) => segment.idle && segment.at + segment.length > from && segment.at < to);
  return (
    <div class="axis" {...handlers} title="Draw here to mark a part of the time">
      {ticksOf(scale, [from, to], width / TICK_WIDTH).map(({ at, label }) => (
        <span key={at} class="tick" style={{ left: `${percent(at)}%` }}>
          {label}
        </span>
      ))}
      {gaps.map(({ at, length, start, end }) => (
        <span
          key={at}
          class={`gap ${sideOf(percent(at + length / 2) * (width / 100), width)}`}
          style={{ left: `${percent(at)}%`, width: `${(length / (to - from)) * 100}%` }}
          title={`${durationText(end - start)} in which nothing happened`}
        >
          <em>{durationText(end - start)}</em>
        </span>
      ))}
      {place && <span class="marking" style={{ left: `${percent(place[0])}%`, width: `${((place[1] - place[0]) / (to - from)) * 100}%` }} />}
    </div>
  );
}

/** Where what is said of a gap begins or ends, when its middle is there. */
function sideOf(middle: number, width: number): string {
  if (middle < NEAR) return "first";
  return width - middle < NEAR ? "last" : "";
}

/** How far the pointer has to go, in pixels: a click marks nothing. */
const SMALLEST = 4;

function useMarking({ scale, window, marked }: TimelineState) {
  const from = useRef<{ readonly at: number; readonly x: number } | undefined>(undefined);
  const [place, setPlace] = useState<readonly [number, number] | undefined>(undefined);
  const at = (event: PointerEvent) => {
    const { left, width } = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const [start, end] = window.value;
    return start + Math.min(1, Math.max(0, (event.clientX - left) / width)) * (end - start);
  };
  const handlers = {
    onPointerDown(event: PointerEvent) {
      (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
      from.current = { at: at(event), x: event.clientX };
    },
    onPointerMove(event: PointerEvent) {
      if (!from.current || Math.abs(event.clientX - from.current.x) < SMALLEST) return;
      const now = at(event);
      setPlace([Math.min(from.current.at, now), Math.max(from.current.at, now)]);
    },
    onPointerUp() {
      from.current = undefined;
      if (place) marked.value = { start: scale.value.momentAt(place[0]), end: scale.value.momentAt(place[1]) };
      setPlace(undefined);
    },
  };
  return { place, handlers };
}
