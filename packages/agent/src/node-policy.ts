import { BudgetLimits, Json } from "@dad/protocol";
import { z } from "zod";
import { dataOf } from "./data.ts";
import { DefinitionError } from "./errors.ts";
import { schemaProblems } from "./schema-problems.ts";

/** What a timer can wait for. */
const LONGEST_MS = 2_147_483_647;
const milliseconds = z.int().nonnegative().max(LONGEST_MS);

/** How often and when a failed node is tried again. */
export const RetryPolicy = z.strictObject({
  /** In all, the first included. */
  attempts: z.int().min(2).max(1000),
  /** How long the second attempt waits. In milliseconds; default 1,000. */
  delayMs: milliseconds.optional(),
  /** How much longer each further one waits. Default 2. */
  factor: z.number().min(1).max(100).optional(),
  /** The longest wait. In milliseconds; default 60,000. */
  maxDelayMs: milliseconds.optional(),
  /** How much of a wait is left to chance, from 0 to 1, so that many do not come back at once. Default 0.5. */
  jitter: z.number().min(0).max(1).optional(),
  /** Codes of the errors after which it is tried again, also when they are a cause; or `any`, which is all but a veto (`NODE_VETOED`). Default: errors that say they are `retryable`. */
  on: z.union([z.literal("any"), z.array(z.string().min(1)).min(1).readonly()]).optional(),
});
export type RetryPolicy = z.infer<typeof RetryPolicy>;

/** That somebody is asked for an input, with a prompt of its own or without. */
export const RequiredInput = z.union([z.literal("required"), z.strictObject({ required: z.string().min(1) })]);
export type RequiredInput = z.infer<typeof RequiredInput>;

/** How a node is executed, and what becomes of its failure. No part of what a definition is called: it changes no result of success. */
export const NodePolicy = z.strictObject({
  /** How long one attempt may take, its waits not included. In milliseconds; default: no limit. */
  timeoutMs: milliseconds.min(1).optional(),
  retry: RetryPolicy.optional(),
  /**
   * What a failure means after the last attempt. `fail` (the default) ends the component; with `continue` the node has given
   * `null`, and with `fallback` this value, in which templates are rendered. The failure stays on record.
   */
  onFailure: z.union([z.enum(["fail", "continue"]), z.strictObject({ fallback: Json })]).optional(),
  /** What this node does, when that is known better than of its type. */
  effect: z.enum(["pure", "idempotent", "effectful"]).optional(),
  /** A template for the key under which a service does the thing once. Default: the id of the run and the path of the node. */
  idempotencyKey: z.string().min(1).optional(),
  /**
   * `required`: somebody gives it its input, which is asked for when there is no static one; with a prompt of its own. Default: it is
   * executed without. For a node type that takes input.
   */
  input: RequiredInput.optional(),
  /**
   * What all of its attempts may use together, and how long they may work. What does not fit fails the node (`BUDGET_EXHAUSTED`), which is handled as
   * any failure, and never tried again.
   */
  budget: BudgetLimits.optional(),
  /** How long it waits before its first attempt, and after it completed. In milliseconds; default 0. */
  sleepBeforeMs: milliseconds.optional(),
  sleepAfterMs: milliseconds.optional(),
});
export type NodePolicy = z.infer<typeof NodePolicy>;

/** @throws DefinitionError (`DEFINITION_INVALID`) for what says nothing of an input. */
export function checkedInput(given: unknown, owner: string): RequiredInput {
  const { data, success } = RequiredInput.safeParse(given);
  if (success) return data;
  throw new DefinitionError(`the input of ${owner} is ${JSON.stringify(given)}: say "required", or { required: "what to ask" }`);
}

/** @throws DefinitionError (`DEFINITION_INVALID`) that lists what is wrong, each with its place and what could be meant. */
export function checkedPolicy(given: unknown, owner: string): NodePolicy {
  const policy = dataOf(given, `the policy of ${owner}`);
  const problems = schemaProblems(NodePolicy, policy);
  if (problems.length > 0) throw new DefinitionError(`${owner} cannot be executed so: ${problems.join("; ")}`, { problems });
  return policy as NodePolicy;
}

/** @throws DefinitionError (`DEFINITION_INVALID`) that lists what is wrong. */
export function checkedBudget(given: unknown, owner: string): BudgetLimits {
  const limits = dataOf(given, `the budget of ${owner}`);
  const problems = schemaProblems(BudgetLimits, limits);
  if (problems.length > 0) throw new DefinitionError(`${owner} cannot have this budget: ${problems.join("; ")}`, { problems });
  return limits as BudgetLimits;
}
