import { z } from "zod";
import { NodePath, RunId } from "./id.ts";
import { Json } from "./json.ts";
import { NodeOrigin, RerunOf } from "./run.ts";
import { Usage } from "./usage.ts";

/** Why a node is not simply reused. */
export const PlanReason = z.looseObject({
  /** `code`, `settings.<name>`, `static`, `resource.<kind>.<alias>`, `workspace`; or what is no component: `from`, `reask`, `new`, … */
  component: z.string(),
  /** As it was in the run before, and as it is now. Absent where there is no such value, or it is not known yet. */
  before: Json.optional(),
  after: Json.optional(),
  /** For people. */
  message: z.string(),
});
export type PlanReason = z.infer<typeof PlanReason>;

/** `decided at run time`: it depends on what nodes give that are executed before it. `blocked`: it stands in the way of the re-run. */
export const PlanDecision = z.enum(["reuse", "execute", "blocked", "decided at run time"]);
export type PlanDecision = z.infer<typeof PlanDecision>;

/** What a re-run would do with one node, or, where that depends on results that are not known yet, with all nodes of a block. */
export const PlannedNode = z.looseObject({
  path: NodePath,
  decision: PlanDecision,
  /** The first reason is the one to look at. */
  because: z.array(PlanReason),
  /** Of a reused result: where it was made. */
  origin: NodeOrigin.nullable(),
  /** What executing a reused node had used, which is not used again. */
  saved: Usage.optional(),
  /** The cost of that. `null`: it is not known. */
  savedUsd: z.number().nonnegative().nullable(),
});
export type PlannedNode = z.infer<typeof PlannedNode>;

/** Something for which the re-run is refused, unless it is allowed. */
export const PlanProblem = z.looseObject({
  kind: z.enum(["changed", "failed", "unfinished", "removed", "content", "schema", "effect", "unverified", "set", "files"]),
  path: NodePath,
  message: z.string(),
  /** The flags of `dad rerun` that allow it. */
  allow: z.array(z.string()),
});
export type PlanProblem = z.infer<typeof PlanProblem>;

/** What `dad explain --json` prints: what a re-run would do, node by node, before anything runs. */
export const RerunPlan = z.looseObject({
  format: z.literal("dad.plan/1"),
  of: RunId,
  rerun: RerunOf,
  nodes: z.array(PlannedNode),
  problems: z.array(PlanProblem),
  /** The sum over all reused nodes. */
  saved: Usage,
});
export type RerunPlan = z.infer<typeof RerunPlan>;
