import type { ComponentChildren } from "preact";
import { useErrorBoundary, useState } from "preact/hooks";
import { ShownText } from "../text/shown-text.tsx";

export interface GuardedProps {
  /** What is shown: when it is something else, that is tried. */
  readonly of: string;
  readonly children: ComponentChildren;
}

/** A part of the page. When it cannot be drawn, that is said in its place, and all else is there. */
export function Guarded({ of, children }: GuardedProps) {
  const [failed, setFailed] = useState<{ readonly of: string; readonly error: unknown } | undefined>(undefined);
  useErrorBoundary((error: unknown) => setFailed({ of, error }));
  if (failed?.of !== of) return <>{children}</>;
  const { error } = failed;
  return (
    <p class="notice" role="alert">
      This part of the report cannot be shown: <ShownText text={error instanceof Error ? error.message : "it is not known why"} />
    </p>
  );
}
