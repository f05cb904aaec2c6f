import { z } from "zod";

/**
 * Who works on a run, in `.dad/locks/<runId>.json` of a run root. It says who holds the lock beside it; whether somebody
 * does, the kernel knows: it releases the lock when its holder ends, however it ends. A process id alone is used again,
 * so the time of the start and the boot are told, too.
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
  /** How many times the run has been opened for work, with this one. */
  epoch: z.int().positive(),
});
export type RunOwner = z.infer<typeof RunOwner>;
