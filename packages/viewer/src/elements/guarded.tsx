import type { ComponentChildren } from "preact";
import { useEffect, useErrorBoundary } from "preact/hooks";
import { ShownText } from "../text/shown-text.tsx";

export interface GuardedProps {
  /** What is shown: when it is something else, that is tried. */
  readonly of: string;
  readonly children: ComponentChildren;
}

/** A part of the page. When it cannot be drawn, that is said in its place, and all else is there. */
export function Guarded({ of, children }: GuardedProps) {
  const [thrown, again] = useErrorBoundary();
  useEffect(again, [of]);
  const error: unknown = thrown;
  if (error === undefined) return <>{children}</>;
  return (
    <p class="notice" role="alert">
      This part of the report cannot be shown: <ShownText text={error instanceof Error ? error.message : "it is not known why"} />
    </p>
  );
}
