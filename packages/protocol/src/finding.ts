import { z } from "zod";
import { RunId } from "./id.ts";
import { Json } from "./json.ts";

/**
 * `error`: something is lost, or cannot be trusted. `warning`: nothing is lost, and something should be done. `info`: nothing
 * has to be done.
 */
export const FindingSeverity = z.enum(["error", "warning", "info"]);
export type FindingSeverity = z.infer<typeof FindingSeverity>;

/** Something in a store of runs that is not as the journals say, or that somebody should know of. */
export const Finding = z.looseObject({
  /** Stable: `JOURNAL_DAMAGED`. */
  code: z.string().min(1),
  severity: FindingSeverity,
  /** A sentence for people. */
  what: z.string().min(1),
  /** A path relative to the run root, a digest, or a ref. */
  where: z.string().min(1),
  /** Whose it is, when it belongs to one run. */
  runId: RunId.optional(),
  /** What a program may want to know: the line, the node, the name of the artifact. */
  details: z.record(z.string(), Json).optional(),
  /** What mends it. `automatic`: `dad fsck --repair` does; otherwise a person has to. */
  repair: z.looseObject({ action: z.string().min(1), description: z.string().min(1), automatic: z.boolean() }).optional(),
});
export type Finding = z.infer<typeof Finding>;
