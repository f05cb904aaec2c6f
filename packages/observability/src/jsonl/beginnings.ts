import type { StartedSpan } from "../recorded.ts";

/** Spans that have started, are open, and of which nobody has written so. */
export interface Beginnings {
  readonly add: (span: StartedSpan) => void;
  readonly has: (spanId: string | undefined) => boolean;
  readonly ended: (spanId: string) => void;
  /** All, which are then written. */
  readonly take: () => readonly StartedSpan[];
}

/** `due` is called when control has come back to the event loop since a span started: once for a whole burst. */
export function beginnings(due: () => void): Beginnings {
  const open = new Map<string, StartedSpan>();
  let burst: NodeJS.Immediate | undefined;

  function over(): void {
    burst = undefined;
    if (open.size > 0) due();
  }

  return {
    add(span) {
      open.set(span.spanId, span);
      burst ??= setImmediate(over);
    },
    has: (spanId) => spanId !== undefined && open.has(spanId),
    ended: (spanId) => void open.delete(spanId),
    take() {
      const all = [...open.values()];
      open.clear();
      return all;
    },
  };
}
