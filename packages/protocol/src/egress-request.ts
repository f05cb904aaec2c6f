import { z } from "zod";

/** A request of a space for the network, and what became of it. What is absent is not known. */
export const EgressRequest = z.looseObject({
  allowed: z.boolean(),
  /** `CONNECT` of what is encrypted, else the verb. */
  method: z.string().optional(),
  host: z.string().optional(),
  port: z.int().optional(),
  /** Without a query. */
  path: z.string().optional(),
  /** Why it was refused, or failed. */
  reason: z.string().optional(),
  status: z.int().optional(),
  bytesUp: z.number().nonnegative().optional(),
  bytesDown: z.number().nonnegative().optional(),
  durationMs: z.number().nonnegative().optional(),
  /** Instead of a request: how many more there were, which are not on record each by itself. */
  more: z.int().positive().optional(),
});
export type EgressRequest = z.infer<typeof EgressRequest>;
