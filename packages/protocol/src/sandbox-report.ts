import { z } from "zod";
import { ErrorEnvelope } from "./error.ts";
import { IsolationRecord } from "./isolation-record.ts";

/** What `dad sandbox --json` prints: how a command ended that was run in isolation, or why it was not run. */
export const SandboxReport = z.looseObject({
  format: z.literal("dad.sandbox/1"),
  command: z.array(z.string()),
  /** Absolute path. */
  workspace: z.string(),
  /** `null` when there was none. */
  isolation: IsolationRecord.nullable(),
  /** `not-run`: `error` says why. `memory`, `disk`: it went over that limit. */
  reason: z.enum(["exited", "signaled", "timeout", "aborted", "memory", "disk", "not-run"]),
  exitCode: z.int().nullable(),
  signal: z.string().nullable(),
  durationMs: z.number().nonnegative(),
  /** As text; the beginning, when some was lost. */
  stdout: z.string(),
  stderr: z.string(),
  /** Bytes that are not in these. */
  lost: z.looseObject({ stdout: z.int(), stderr: z.int() }),
  /** What all of the space used; absent is what was not measured. */
  usage: z
    .looseObject({
      memoryBytes: z.number().optional(),
      cpuMs: z.number().optional(),
      egress: z.looseObject({ allowed: z.int(), refused: z.int() }).optional(),
    })
    .optional(),
  /** How it changed the workspace, where that was kept apart. */
  changes: z.array(z.looseObject({ path: z.string(), kind: z.enum(["added", "modified", "removed"]) })).optional(),
  error: ErrorEnvelope.optional(),
});
export type SandboxReport = z.infer<typeof SandboxReport>;
