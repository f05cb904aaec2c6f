import { z } from "zod";
import { ErrorEnvelope } from "./error.ts";
import { Finding } from "./finding.ts";
import { RunId } from "./id.ts";

/** What became of the repair of one finding. */
export const RepairOutcome = z.looseObject({
  finding: Finding,
  done: z.boolean(),
  /** Why it was not done. */
  error: ErrorEnvelope.optional(),
});
export type RepairOutcome = z.infer<typeof RepairOutcome>;

/** What `dad fsck --json` prints: what was looked at, what was repaired, and what is not as it should be after that. */
export const FsckReport = z.looseObject({
  format: z.literal("dad.fsck/1"),
  /** The one run that was checked. Absent when all of the store was. */
  runId: RunId.optional(),
  /** Whether every content was read, or only looked at. */
  depth: z.enum(["full", "quick"]),
  runs: z.int().nonnegative(),
  /** How many different contents were checked. */
  contents: z.int().nonnegative(),
  findings: z.array(Finding),
  repairs: z.array(RepairOutcome),
});
export type FsckReport = z.infer<typeof FsckReport>;
