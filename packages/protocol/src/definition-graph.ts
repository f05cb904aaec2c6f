import { z } from "zod";
import { Digest } from "./digest.ts";
import { Json } from "./json.ts";
import { NodeEffect } from "./run.ts";

/** Something in a definition, at its place. */
export const GraphElement = z.looseObject({
  /** Its path in a run. Below a loop, `iter_*` stands for the step of each iteration. */
  path: z.string().min(1),
  /** The path of what it stands in. The root has none. */
  parent: z.string().min(1).optional(),
  kind: z.enum(["agent", "flow", "node", "conditional", "switch", "for_each", "map", "while", "parallel", "try"]),
  /** What it is or does, in one short line for people. */
  label: z.string(),
  /** Of an agent or a flow: its own id, which may be another one than its step. */
  name: z.string().optional(),
  description: z.string().optional(),
  /** Of an agent or a flow: the variables that it declares. A required one has no value of its own. */
  variables: z.array(z.looseObject({ name: z.string(), required: z.boolean() })).optional(),
  /** Of an agent or a flow: what is given for its variables where it is used, as templates. */
  gets: z.record(z.string(), Json).optional(),
  nodeType: z.string().optional(),
  effect: NodeEffect.optional(),
  /** Of a node: how it is executed, and what becomes of its failure. */
  policy: z.record(z.string(), Json).optional(),
  /** Of control flow: what it decides by, as it is written: `condition`, `items`, `concurrency`, … */
  decides: z.record(z.string(), Json).optional(),
});
export type GraphElement = z.infer<typeof GraphElement>;

/**
 * What comes after what: `next` in sequence, `branch` into one of several (its label says which), `again` back into a loop,
 * `error` when it failed, `finally` however it ended. `data`: what `from` gave is read by `to`; the label says what of it.
 */
export const GraphEdge = z.looseObject({
  from: z.string().min(1),
  to: z.string().min(1),
  kind: z.enum(["next", "branch", "again", "error", "finally", "data"]),
  label: z.string().optional(),
});
export type GraphEdge = z.infer<typeof GraphEdge>;

/** What `dad graph --json` prints: a definition, as what stands in it and what comes after what. */
export const DefinitionGraph = z.looseObject({
  format: z.literal("dad.graph/1"),
  /** Of the definition. */
  digest: Digest,
  /** In the order in which they are written; the root is the first. */
  elements: z.array(GraphElement),
  edges: z.array(GraphEdge),
});
export type DefinitionGraph = z.infer<typeof DefinitionGraph>;
