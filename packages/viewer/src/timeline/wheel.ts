import type { TimelineState } from "./timeline-state.ts";
import { panned, zoomed } from "./time-window.ts";

const ZOOM = 0.0015;
const PAN = 0.001;

/** With Ctrl, Alt or the command key, the wheel zooms where the pointer is; with Shift, it moves along the time. Without, it scrolls. */
export function watchWheel(element: HTMLElement | null, state: TimelineState): (() => void) | undefined {
  if (!element) return undefined;
  const turn = (event: WheelEvent) => {
    const frame = element.querySelector(".axis-frame")?.getBoundingClientRect();
    const isZoom = event.ctrlKey || event.altKey || event.metaKey;
    if (!frame || event.clientX < frame.left || !(isZoom || event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY))) return;
    event.preventDefault();
    const { length } = state.scale.value;
    const [from, to] = state.window.value;
    if (isZoom) {
      const anchor = from + ((event.clientX - frame.left) / frame.width) * (to - from);
      state.shown.value = zoomed([from, to], { factor: Math.exp(event.deltaY * ZOOM), anchor, length });
    } else if (state.shown.value) state.shown.value = panned([from, to], (event.deltaX || event.deltaY) * PAN, length);
  };
  element.addEventListener("wheel", turn, { passive: false });
  return () => element.removeEventListener("wheel", turn);
}
