import { z } from "zod";
import { Digest } from "./digest.ts";
import { RelativePath } from "./id.ts";

/** What content is, wherever it lies. The descriptor of the OCI image specification 1.1. */
export const Descriptor = z.looseObject({
  mediaType: z.string(),
  digest: Digest,
  /** In bytes. A reader checks it before the digest. */
  size: z.int().nonnegative(),
  /** The content itself in base64, where it is small. A reader verifies it like any other: by its size and its digest. */
  data: z.string().meta({ contentEncoding: "base64" }).optional(),
});
export type Descriptor = z.infer<typeof Descriptor>;

/** Content under a name: one artifact of a node or of a run. */
export const ArtifactEntry = Descriptor.extend({
  /** Unique within its node: `input`, `result`, `outcome`, `error`, `state`, or what the node called it. */
  name: z.string().min(1).max(255),
  /** Where it is to be read below the run directory. */
  path: RelativePath,
  /** `false`: it is kept, and no file in the run directory shows it. */
  shown: z.boolean().optional(),
});
export type ArtifactEntry = z.infer<typeof ArtifactEntry>;
