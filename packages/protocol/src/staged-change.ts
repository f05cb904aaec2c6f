import { z } from "zod";
import { RelativePath } from "./id.ts";

/** One change to the workspace. Paths are from its top. */
const StagedStep = z.discriminatedUnion("type", [
  /** `stamp` tells the file that is put there from every other. */
  z.looseObject({ type: z.literal("write"), path: RelativePath, stamp: z.string() }),
  z.looseObject({ type: z.literal("move"), path: RelativePath, to: RelativePath }),
  z.looseObject({ type: z.literal("remove"), path: RelativePath }),
  z.looseObject({ type: z.literal("make_directory"), path: RelativePath }),
]);

/**
 * `steps.json` where file operations put aside what they change: what is about to be done to the workspace, in order. It is there
 * from before the first change until all are made: whoever finds it undoes what was done of it.
 */
export const StagedChange = z.looseObject({
  format: z.literal("dad.staged-change/1"),
  steps: z.array(StagedStep),
});
export type StagedChange = z.infer<typeof StagedChange>;
