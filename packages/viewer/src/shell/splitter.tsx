import { useRef } from "preact/hooks";

export interface SplitterProps {
  /** The custom property that has the width: `--<name>-width`, in pixels. */
  readonly name: "tree" | "inspector";
  readonly label: string;
  /** What stands right of it has the width, and not what stands left. */
  readonly right?: boolean;
}

const STEP = 24;
const SMALLEST = 160;
const ROOM = 220;

/** A line between two parts, which is moved by the pointer or by the arrow keys. */
export function Splitter({ name, label, right = false }: SplitterProps) {
  const begun = useRef<{ readonly x: number; readonly width: number } | undefined>(undefined);
  const property = `--${name}-width`;
  const style = () => document.documentElement.style;
  const width = () => Number.parseFloat(getComputedStyle(document.documentElement).getPropertyValue(property)) || 0;
  const set = (wanted: number) => style().setProperty(property, `${Math.round(Math.min(window.innerWidth - ROOM, Math.max(SMALLEST, wanted)))}px`);
  const sign = right ? -1 : 1;
  return (
    <div
      class={`splitter ${name}-splitter`}
      role="separator"
      aria-orientation="vertical"
      aria-label={label}
      tabIndex={0}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        begun.current = { x: event.clientX, width: width() };
      }}
      onPointerMove={(event) => begun.current && set(begun.current.width + sign * (event.clientX - begun.current.x))}
      onPointerUp={() => (begun.current = undefined)}
      onKeyDown={(event) => {
        const by = event.key === "ArrowRight" ? STEP : event.key === "ArrowLeft" ? -STEP : 0;
        if (by === 0) return;
        event.stopPropagation();
        event.preventDefault();
        set(width() + sign * by);
      }}
    />
  );
}
