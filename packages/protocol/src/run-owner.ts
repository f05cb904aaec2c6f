import { z } from "zod";

/**
 * Who works on a run, in `.dad/locks/<runId>.json` of a run root while somebody does. The owner lives
 * when this machine, in this boot, has a process of this id that was started at this time: a process id
 * alone is used again, and a modification time says nothing after a suspend or a change of the clock.
 */
export const RunOwner = z.looseObject({
  pid: z.int().positive(),
  host: z.string(),
  /** When it began to work on the run. For people. */
  since: z.iso.datetime(),
  /** When the process was started, in the clock ticks since boot that the kernel counts. Absent where the kernel does not tell. */
  startTime: z.string().optional(),
  /** Absent where the kernel does not tell. */
  bootId: z.string().optional(),
  /** Tells this claim from every other one, also of the same process. */
  claim: z.uuid(),
});
export type RunOwner = z.infer<typeof RunOwner>;
