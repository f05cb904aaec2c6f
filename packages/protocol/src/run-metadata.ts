import { z } from "zod";
import { ExecutionId, RunId } from "./id.ts";
import { IsolationRecord } from "./isolation-record.ts";
import { RerunOf, RunStatus } from "./run.ts";

/** What a run was executed with. */
export const RunRuntime = z.looseObject({ node: z.string(), platform: z.string(), arch: z.string() });
export type RunRuntime = z.infer<typeof RunRuntime>;

/** `.trace/dad_metadata.json`: where and with what a run was executed. Facts that `run.json` leaves out because they differ by machine. */
export const RunMetadata = z.looseObject({
  format: z.literal("dad.metadata/1"),
  runId: RunId,
  executionId: ExecutionId,
  rootComponentId: z.string(),
  status: RunStatus,
  createdAt: z.iso.datetime(),
  completedAt: z.iso.datetime().optional(),
  durationSeconds: z.number().nonnegative().optional(),
  rerunInfo: RerunOf.optional(),
  /** Name of the resource profile. */
  profile: z.string(),
  /** Name of the isolation that the run was given. */
  isolation: z.string(),
  /** The spaces in which its commands ran, without repetitions. */
  spaces: z.array(IsolationRecord).optional(),
  runtime: RunRuntime,
});
export type RunMetadata = z.infer<typeof RunMetadata>;
