import type { StoreTruth } from "./store-truth.ts";

/** Clocks of file systems tick slowly, and some of them round to two seconds. */
const CLOCK_SLACK_MS = 2_000;

/** As long as runs go on, what is younger stays: longer than anything is stored that no journal names yet. */
const GRACE_MS = 60 * 60 * 1_000;

export interface Ages {
  readonly truth: StoreTruth;
  /** When the collection began, in milliseconds since the epoch. */
  readonly startedAt: number;
}

/**
 * Says why something that nobody names may be needed all the same, going by when it was written last. Content is stored before
 * the entry that names it is written, so whoever goes on with a run may be about to name what it put since it began.
 */
export function claimByAge({ truth, startedAt }: Ages): (mtimeMs: number) => string | undefined {
  const begun = startedAt - CLOCK_SLACK_MS;
  const live = [...truth.runs.values()].flatMap(({ runId, owner }) => (owner ? [{ runId, since: Date.parse(owner.since) - CLOCK_SLACK_MS }] : []));
  const oldest = live.reduce<(typeof live)[number] | undefined>((first, run) => (first && first.since <= run.since ? first : run), undefined);
  return (mtimeMs) => {
    // Also for a time that cannot be compared.
    if (!(mtimeMs < begun)) return "it was stored after the collection began";
    if (oldest === undefined) return undefined;
    if (!(mtimeMs < oldest.since)) return `it was stored while run ${oldest.runId}, which goes on, was worked on`;
    return mtimeMs < begun - GRACE_MS ? undefined : "it was stored less than an hour ago, and runs go on";
  };
}
