import { z } from "zod";
import { ErrorEnvelope } from "./error.ts";
import { RunId } from "./id.ts";

/** What `dad checkout --json` prints: the files of a run as its journal says. Paths are relative to the run directory. */
export const CheckoutReport = z.looseObject({
  format: z.literal("dad.checkout/1"),
  runId: RunId,
  /** Those that were missing or different, and are right now. */
  written: z.array(z.string()),
  /** Those that were right. */
  unchanged: z.array(z.string()),
  /** Those that the journal says nothing of. They are left alone. */
  foreign: z.array(z.string()),
  /** Those that could not be made. */
  failed: z.array(z.looseObject({ path: z.string(), error: ErrorEnvelope })),
});
export type CheckoutReport = z.infer<typeof CheckoutReport>;
