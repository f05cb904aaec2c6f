import type { ComparedDelta, Usage } from "@dad/protocol";

/** What something took. */
export interface Taken {
  readonly durationMs: number | null;
  readonly usage: Usage | null;
}

/** After minus before; `null` where one of the two is not known. */
export function deltaOf(before: Taken | undefined, after: Taken | undefined): ComparedDelta {
  const difference = (read: (taken: Taken) => number | null | undefined): number | null => {
    const old = before === undefined ? undefined : read(before);
    const now = after === undefined ? undefined : read(after);
    return typeof old === "number" && typeof now === "number" ? now - old : null;
  };
  return {
    durationMs: difference(({ durationMs }) => durationMs),
    inputTokens: difference(({ usage }) => usage?.inputTokens),
    outputTokens: difference(({ usage }) => usage?.outputTokens),
    costUsd: difference(({ usage }) => usage?.costUsd),
  };
}
