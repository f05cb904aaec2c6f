import { z } from "zod";

/**
 * What a `custom.emitted` event of the name `command.started` tells: where to find a command, for whoever comes after a process
 * that was killed while it ran.
 */
export const StartedCommand = z.looseObject({
  /** For people: cut where it is long. */
  command: z.string(),
  /** That of the process, and of its process group where there are groups. */
  pid: z.int().positive(),
  host: z.string(),
  /** As in `RunOwner`. */
  startTime: z.string().optional(),
  bootId: z.string().optional(),
});
export type StartedCommand = z.infer<typeof StartedCommand>;
