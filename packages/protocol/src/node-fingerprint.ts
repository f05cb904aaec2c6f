import { z } from "zod";
import { Digest } from "./digest.ts";
import { Json } from "./json.ts";

/**
 * What the result of a node depends on. `digest` is that of the canonical JSON (RFC 8785) of all components: these, and the
 * settings and the static input, which are in the artifact `input` of the node. What differs with each run, such as its id and its
 * directories, has a placeholder there.
 */
export const NodeFingerprint = z.looseObject({
  digest: Digest,
  /** What is executed. `source` is a digest of the text of functions that are no part of DAD. */
  code: z.looseObject({ type: z.string(), version: z.string(), source: z.string().optional() }),
  /** By `<kind>.<alias>`: what the profile of the run has under the aliases that the node asks for. */
  resources: z.record(z.string(), Json).optional(),
  /** Names the files of the workspace at its start, of a node that sees them. */
  workspace: z.string().optional(),
  /** Names the input files of the run and what they hold, of a node that may look at them. */
  inputFiles: Digest.optional(),
});
export type NodeFingerprint = z.infer<typeof NodeFingerprint>;
