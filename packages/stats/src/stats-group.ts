import { addUsage, type DurationStats, NO_USAGE, type StatsGroup, type Usage } from "@dad/protocol";
import type { Sample } from "./sample.ts";

/** The time that is asked about, in parts of the same length. Milliseconds since the epoch. */
export interface TimeWindow {
  readonly start: number;
  readonly end: number;
  readonly parts: number;
}

/** Adds up. What is not known of a cost is never counted as free. */
export function statsGroup(key: string, samples: readonly Sample[], window: TimeWindow): StatsGroup {
  const counts = { completed: 0, failed: 0, cancelled: 0, open: 0, reused: 0 };
  for (const { end } of samples) counts[end] += 1;
  return {
    key,
    count: samples.length - counts.reused,
    ...counts,
    duration: durationStats(samples.flatMap(({ durationMs }) => (durationMs === undefined ? [] : [durationMs]))),
    usage: usageOf(samples),
    series: series(samples, window),
  };
}

function usageOf(samples: readonly Sample[]): Usage {
  return samples.reduce((sum, { usage }) => addUsage(sum, usage), NO_USAGE);
}

/** Percentiles by the nearest rank: each is a duration that something took. */
function durationStats(durations: readonly number[]): DurationStats {
  const sorted = durations.toSorted((left, right) => left - right);
  const rank = (percent: number): number | null => sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? null;
  return { total: sorted.reduce((sum, duration) => sum + duration, 0), p50: rank(50), p95: rank(95), max: sorted.at(-1) ?? null };
}

function series(samples: readonly Sample[], { start, end, parts }: TimeWindow): StatsGroup["series"] {
  const length = Math.max(1, end - start) / parts;
  const groups = Array.from({ length: parts }, (): Sample[] => []);
  for (const sample of samples) {
    const at = Math.min(parts - 1, Math.max(0, Math.floor((sample.start - start) / length)));
    groups[at]?.push(sample);
  }
  return groups.map((group, at) => {
    const usage = usageOf(group);
    return {
      start: new Date(start + at * length).toISOString(),
      count: group.filter((sample) => sample.end !== "reused").length,
      failed: group.filter((sample) => sample.end === "failed").length,
      costUsd: usage.costUsd,
      tokens: usage.inputTokens + usage.outputTokens,
    };
  });
}
