import { z } from "zod";
import { ErrorEnvelope } from "./error.ts";
import { NodePath, RunId } from "./id.ts";
import { Json } from "./json.ts";
import { RunStatus } from "./run.ts";
import { Usage } from "./usage.ts";

/** `not started`: the fork was over before this child's turn. */
export const ForkStatus = z.enum([...RunStatus.options, "not started"]);
export type ForkStatus = z.infer<typeof ForkStatus>;

/** What there is to say of each run of a fork. */
const compared = {
  /** How many nodes it executed itself, and how many results it took from earlier runs. */
  executed: z.int().nonnegative(),
  reused: z.int().nonnegative(),
  usage: Usage,
  /** `null` when it was not started, or is not over. */
  durationMs: z.number().nonnegative().nullable(),
  /**
   * Letters: runs with the same ones gave the same, in all nodes from `from` on, but for their own names in it. `null` of a run that
   * did not complete.
   */
  outputs: z.string().nullable(),
};

/** The run that all children were made from. */
export const ForkedFrom = z.looseObject({ runId: RunId, status: RunStatus, ...compared });
export type ForkedFrom = z.infer<typeof ForkedFrom>;

/** One child of a fork: a run of its own. */
export const ForkedRun = z.looseObject({
  /** Its place among the children, from 1. */
  number: z.int().positive(),
  /** By path: what was set for this child. */
  set: z.record(z.string(), z.record(z.string(), Json)),
  /** `null` when there is no run, or it is not known how it ended. */
  runId: RunId.nullable(),
  status: ForkStatus,
  ...compared,
  /** How many files of its outcome are not as in that of the earlier run. `null`: it is not known, or one of them has no outcome. */
  changedFiles: z.int().nonnegative().nullable(),
  error: ErrorEnvelope.optional(),
});
export type ForkedRun = z.infer<typeof ForkedRun>;

/** What `dad fork --json` prints: several runs that were made from one, side by side. */
export const ForkReport = z.looseObject({
  format: z.literal("dad.fork/1"),
  of: ForkedFrom,
  from: NodePath,
  /** What all children together may cost, when that was limited. */
  budgetUsd: z.number().positive().optional(),
  /** The sum over all children. */
  usage: Usage,
  children: z.array(ForkedRun),
  /** What ended the fork before all children had come to their own end: `BUDGET_EXHAUSTED`, `RUN_CANCELLED`, … */
  stopped: ErrorEnvelope.optional(),
});
export type ForkReport = z.infer<typeof ForkReport>;
