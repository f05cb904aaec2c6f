import { z } from "zod";
import { Digest } from "./digest.ts";

/**
 * `.dad/pins/<name>.json` in a run root: content that garbage collection keeps although no journal names it. Whoever needs
 * it writes the file, whole (under another name, then renamed), before the content may go, and removes it in the end.
 */
export const Pin = z.looseObject({
  format: z.literal("dad.pin/1"),
  digests: z.array(Digest),
  /** Who needs it and what for, for people. */
  reason: z.string().min(1),
});
export type Pin = z.infer<typeof Pin>;
