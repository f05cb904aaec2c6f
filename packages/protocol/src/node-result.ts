import { z } from "zod";
import { Descriptor } from "./artifact.ts";
import { ErrorEnvelope } from "./error.ts";
import { NodePath } from "./id.ts";
import { FinalStatus } from "./run.ts";
import { Usage } from "./usage.ts";

/**
 * `result.json` of a node: how its last attempt ended and what belongs to it. It holds no times and no
 * machine, so that the same work has the same digest everywhere. The value itself is in `outcome.json`.
 */
export const NodeResult = z.looseObject({
  format: z.literal("dad.node/1"),
  path: NodePath,
  nodeType: z.string(),
  attempt: z.int().positive(),
  status: FinalStatus,
  usage: Usage.optional(),
  /** By name. */
  artifacts: z.record(z.string(), Descriptor),
  error: ErrorEnvelope.optional(),
});
export type NodeResult = z.infer<typeof NodeResult>;
