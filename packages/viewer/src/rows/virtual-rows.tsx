import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

export interface VirtualRowsProps {
  readonly count: number;
  /** In CSS pixels, the same for all. */
  readonly rowHeight: number;
  readonly row: (index: number) => ComponentChildren;
  /** Brought into sight, by the least that is needed, when it changes. Nothing else ever scrolls. */
  readonly reveal?: number | undefined;
  /** Where rows come and go, what the row to reveal is about: it is brought into sight when that changes, and not when only its number does. */
  readonly revealKey?: string | undefined;
  /** Stays on top of the rows. */
  readonly head?: ComponentChildren;
  readonly headHeight?: number;
  readonly class?: string;
}

const BEYOND = 8;

/** Rows of one height, of which only those in sight are in the document: any number of them scrolls like few. */
export function VirtualRows({ count, rowHeight, row, reveal, revealKey, head, headHeight = 0, class: name = "" }: VirtualRowsProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const [{ top, height }, setSight] = useState({ top: 0, height: 800 });
  useEffect(() => watchedSight(scroller.current, setSight), []);
  useLayoutEffect(() => {
    if (scroller.current && reveal !== undefined && reveal >= 0) revealRow(scroller.current, { top: reveal * rowHeight, rowHeight, headHeight });
  }, [revealKey ?? reveal]);
  const first = Math.max(0, Math.min(count, Math.floor(top / rowHeight)) - BEYOND);
  const last = Math.min(count, Math.ceil((top + height) / rowHeight) + BEYOND);
  return (
    <div class={`rows ${name}`} ref={scroller}>
      {head}
      <div class="rows-all" style={{ height: `${count * rowHeight}px` }}>
        <div class="rows-seen" style={{ transform: `translateY(${first * rowHeight}px)` }}>
          {Array.from({ length: Math.max(0, last - first) }, (_, offset) => row(first + offset))}
        </div>
      </div>
    </div>
  );
}

type Sight = { readonly top: number; readonly height: number };

function watchedSight(element: HTMLDivElement | null, tell: (sight: Sight) => void): (() => void) | undefined {
  if (!element) return undefined;
  const look = () => tell({ top: element.scrollTop, height: element.clientHeight });
  look();
  const sizes = new ResizeObserver(look);
  sizes.observe(element);
  element.addEventListener("scroll", look, { passive: true });
  return () => {
    sizes.disconnect();
    element.removeEventListener("scroll", look);
  };
}

interface RowPlace {
  readonly top: number;
  readonly rowHeight: number;
  readonly headHeight: number;
}

function revealRow(element: HTMLDivElement, { top, rowHeight, headHeight }: RowPlace): void {
  const space = element.clientHeight - headHeight;
  if (top < element.scrollTop) element.scrollTop = top;
  else if (top + rowHeight > element.scrollTop + space) element.scrollTop = top + rowHeight - space;
}
