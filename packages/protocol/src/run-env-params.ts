import { z } from "zod";
import { ExecutionId, RunId } from "./id.ts";

/** Where a run stands and what it is called. Templates may use each of these as a variable. */
export const RunEnvParams = z.looseObject({
  runId: RunId,
  executionId: ExecutionId,
  /** The directory of this run: `<effectiveRunRoot>/<runId>`. Absolute. */
  runDir: z.string(),
  /** The directory that holds the runs of a project. Absolute. */
  runRoot: z.string(),
  /** Where below `runRoot` this run was put, when runs are grouped. */
  runRootSubpath: z.string().optional(),
  effectiveRunRoot: z.string(),
  traceDir: z.string(),
  /** The repository that holds the outcome branches, when runs have outcomes. */
  outcomeRepoDir: z.string().optional(),
});
export type RunEnvParams = z.infer<typeof RunEnvParams>;
