import type { NodeStatus, RunStatus, Usage } from "@dad/protocol";

/** One thing that is added up: a run, an attempt of a node, a call of a model. */
export interface Sample {
  /** Milliseconds since the epoch. */
  readonly start: number;
  readonly end: "completed" | "failed" | "cancelled" | "open" | "reused";
  /** `undefined`: it has not ended, or nothing was done. */
  readonly durationMs: number | undefined;
  readonly usage: Usage;
}

/** Samples by what they are told apart by. */
export type SamplesByKey = Map<string, Sample[]>;

export function addSample(samples: SamplesByKey, key: string, sample: Sample): void {
  const known = samples.get(key);
  if (known) known.push(sample);
  else samples.set(key, [sample]);
}

export function endOfStatus(status: RunStatus | NodeStatus): Sample["end"] {
  return status === "completed" || status === "failed" || status === "cancelled" ? status : "open";
}
