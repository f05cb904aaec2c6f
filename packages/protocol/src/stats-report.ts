import { z } from "zod";
import { Usage } from "./usage.ts";

const count = z.int().nonnegative();

/** How long things took, in milliseconds. `null`: none of them has ended. */
export const DurationStats = z.looseObject({
  total: z.number().nonnegative(),
  p50: z.number().nonnegative().nullable(),
  p95: z.number().nonnegative().nullable(),
  max: z.number().nonnegative().nullable(),
});
export type DurationStats = z.infer<typeof DurationStats>;

/** Runs (or nodes, or calls of models) that are added up. */
export const StatsGroup = z.looseObject({
  /** The agent, the node or the model; `""` of all together. */
  key: z.string(),
  /** Of `runs`: how many. Of `node`: executions. Of `model`: calls. */
  count,
  completed: count,
  failed: count,
  cancelled: count,
  /** They go on, wait or were interrupted. */
  open: count,
  reused: count,
  duration: DurationStats,
  usage: Usage,
  /** Over the time that is asked about, in parts of the same length: for charts. */
  series: z.array(z.looseObject({ start: z.iso.datetime(), count, failed: count, costUsd: z.number().nonnegative().nullable(), tokens: count })),
});
export type StatsGroup = z.infer<typeof StatsGroup>;

/** What `dad stats --json` prints. */
export const StatsReport = z.looseObject({
  format: z.literal("dad.stats/1"),
  by: z.enum(["agent", "node", "model"]).nullable(),
  since: z.iso.datetime().nullable(),
  until: z.iso.datetime(),
  total: StatsGroup,
  groups: z.array(StatsGroup),
  /** Runs whose record cannot be read. */
  unreadable: z.array(z.looseObject({ runId: z.string(), code: z.string(), message: z.string() })),
});
export type StatsReport = z.infer<typeof StatsReport>;
