import { z } from "zod";
import { GarbageKind } from "./trash.ts";

/** One thing that garbage collection looked at, and why it stays or goes. */
export const GarbageVerdict = z.looseObject({
  kind: GarbageKind,
  /** A digest, a run id, a name. */
  what: z.string().min(1),
  /** Relative to the run root. */
  where: z.string().min(1),
  bytes: z.int().nonnegative(),
  verdict: z.enum(["keep", "collect"]),
  reason: z.string().min(1),
});
export type GarbageVerdict = z.infer<typeof GarbageVerdict>;

/** What `dad gc --json` prints. */
export const GcReport = z.looseObject({
  format: z.literal("dad.gc/1"),
  /** Nothing was moved: it says what would be. */
  dryRun: z.boolean(),
  /** Where what went lies now; `null` when nothing did. */
  trash: z.string().nullable(),
  objects: z.array(GarbageVerdict),
  /** What could not be looked at, so that what it may need was kept: runs and pins that cannot be read, repositories. */
  blocked: z.array(z.string()),
  /** What an earlier collection had taken that a journal names, and that is back in its place: digests. */
  restored: z.array(z.string()),
});
export type GcReport = z.infer<typeof GcReport>;

/** What `dad gc --undo --json` and `dad gc --purge --json` print. */
export const TrashReport = z.looseObject({
  format: z.literal("dad.trash-report/1"),
  /** `restored`: it is back in its place. `purged`: it is gone. `left`: something else is in its place, so it stays in the trash. */
  items: z.array(
    z.looseObject({ kind: GarbageKind, what: z.string(), bytes: z.int().nonnegative(), became: z.enum(["restored", "purged", "left"]) }),
  ),
});
export type TrashReport = z.infer<typeof TrashReport>;
