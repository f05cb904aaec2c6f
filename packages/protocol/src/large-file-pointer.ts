import { z } from "zod";
import { Digest } from "./digest.ts";

/** `<name>.dad-artifact` in a commit: it stands for the file `<name>`, which was too large for a commit and is an artifact. */
export const LargeFilePointer = z.looseObject({
  format: z.literal("dad.large-file/1"),
  /** For people who come across it. */
  note: z.string(),
  /** Of the content, as in a descriptor. */
  mediaType: z.string(),
  digest: Digest,
  /** In bytes. */
  size: z.int().nonnegative(),
  /** Whether the file is a program. */
  executable: z.boolean(),
});
export type LargeFilePointer = z.infer<typeof LargeFilePointer>;
