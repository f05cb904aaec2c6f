import { z } from "zod";

/** What a space of a run, in which commands run, really had: a fact about the machine, so that one knows later what was held back. */
export const IsolationRecord = z.looseObject({
  /** Name of the isolation adapter. */
  adapter: z.string(),
  /** How much was asked for: `cooperative`, `contained`, `hostile`. */
  preset: z.string(),
  network: z.enum(["host", "none", "allow"]),
  /** By name; those that it had not are absent. */
  guards: z.record(z.string(), z.enum(["enforced", "detected"])),
  /** What was required and missing, and went on without because the policy said so. */
  degraded: z.array(z.string()).optional(),
});
export type IsolationRecord = z.infer<typeof IsolationRecord>;
