import { ticksOf } from "./ticks.ts";
import type { TimelineState } from "./timeline-state.ts";

const TICK_WIDTH = 90;

/** Lines at the marks of the axis, idle time and what somebody marked, behind all rows. */
export function Grid({ state, width }: { readonly state: TimelineState; readonly width: number }) {
  const scale = state.scale.value;
  const [from, to] = state.window.value;
  const percent = (at: number) => ((at - from) / (to - from)) * 100;
  const marked = state.marked.value;
  const sides = marked && ([scale.at(marked.start), scale.at(marked.end)] as const);
  return (
    <div class="grid" aria-hidden="true" style={{ width: `${width}px` }}>
      {ticksOf(scale, [from, to], width / TICK_WIDTH).map(({ at }) => (
        <i key={at} class="grid-line" style={{ left: `${percent(at)}%` }} />
      ))}
      {scale.segments
        .filter((segment) => segment.idle && segment.at + segment.length > from && segment.at < to)
        .map(({ at, length }) => (
          <i key={`gap-${at}`} class="grid-gap" style={{ left: `${percent(at)}%`, width: `${(length / (to - from)) * 100}%` }} />
        ))}
      {sides && <i class="grid-marked" style={{ left: `${percent(sides[0])}%`, width: `${((sides[1] - sides[0]) / (to - from)) * 100}%` }} />}
    </div>
  );
}
