import type { ComponentDefinition } from "@dad/agent";
import type { Engine } from "@dad/engine";
import type { NodePath, RerunOf, RerunPlan, RunId, StaticInputs } from "@dad/protocol";
import type { RerunStart, RunHistory, RunPorts } from "@dad/run-context";
import { checkDefinition } from "../check-definition.ts";
import { checkResources } from "../check-resources.ts";
import { staticInputIndex } from "../static-input-index.ts";
import { assertBase, checkedRerun } from "./check-rerun.ts";
import { type Continuation, continuationOf, lineageOf, unnamedIn } from "./continuation.ts";
import { decider as deciderOf } from "./decide.ts";
import { RerunPathError, RerunRefusedError } from "./errors.ts";
import { type FileStart, fileStart } from "./file-steps.ts";
import { type LookAhead, lookAhead } from "./look-ahead.ts";
import { planOf } from "./plan-of.ts";
import { problemsOf } from "./plan-problems.ts";
import type { BaseRun, CheckedRerun, RerunOptions } from "./rerun-options.ts";
import { withSet } from "./set-settings.ts";

export interface PlanRerunOptions {
  readonly base: BaseRun;
  readonly rerun: RerunOptions;
  /** Given over those of the earlier run. */
  readonly inputs?: StaticInputs;
  readonly ports: Pick<RunPorts, "artifacts" | "resources" | "outcomes">;
  readonly engine: Engine;
  readonly runRoot: string;
  /** What is on record of a re-run that was begun already: what it was made with, it goes on with. */
  readonly begun?: Pick<RunHistory, "rerun" | "inputs"> | undefined;
  readonly signal?: AbortSignal;
}

/** A re-run that has been thought through. */
export interface PlannedRerun {
  readonly plan: RerunPlan;
  /** For the runner. */
  readonly continuation: Continuation;
  /** For `openRun`. */
  readonly start: RerunStart;
  /** All static inputs of the re-run. */
  readonly inputs: StaticInputs;
}

/**
 * Says what a re-run would do with each node, and prepares it. Nothing is executed. What stands in its way is in the plan, and
 * `assertAllowed` throws it.
 *
 * @throws RerunBaseError (`RERUN_BASE_INVALID`), RerunPathError (`RERUN_PATH_INVALID`), RerunSetError (`RERUN_SET_INVALID`),
 * `DEFINITION_INVALID`, `RESOURCE_UNKNOWN`, `STATIC_INPUT_INVALID`.
 */
export async function planRerun(root: ComponentDefinition, given: PlanRerunOptions): Promise<PlannedRerun> {
  const { base, ports, engine, runRoot, signal = new AbortController().signal } = given;
  assertBase(root, base, given.rerun.allow ?? {});
  checkDefinition(root);
  checkResources(root, ports.resources);
  const { options, inputs } = await checkedRerun(root, base, { ...given, artifacts: ports.artifacts });
  const decider = deciderOf(root, base, options);
  const lineage = unnamedIn(lineageOf(base), [inputs, options.set]);
  const looking = { base, decider, withSet: withSet(options.set), inputs: staticInputIndex(root, inputs), ports, engine, signal };
  const ahead = await lookAhead(root, { ...looking, place: { runRoot, lineage } });
  const problems = await problemsOf(root, { base, options, decider, ahead, artifacts: ports.artifacts });
  // What stands in the way may be why it does not come further.
  if (problems.length === 0) assertReached(options, ahead);
  const record = given.begun?.rerun ?? recordOf(base, options, fileStart(base.history.outcome, ahead.early));
  return {
    plan: await planOf(record, { ahead, problems, base, artifacts: ports.artifacts, runRoot, lineage }),
    continuation: continuationOf(base, { options, decider, reused: reusedIn(ahead), start: record.start, lineage }),
    start: { record, origins: originsOf(base) },
    inputs,
  };
}

/** @throws RerunRefusedError (`RERUN_REFUSED`) that lists what stands in the way of a re-run. */
export function assertAllowed(plan: RerunPlan): void {
  if (plan.problems.length > 0) throw new RerunRefusedError(plan);
}

function assertReached({ from }: CheckedRerun, { nodes, begun }: LookAhead): void {
  // In a block of which nothing is known it is only known at run time.
  if (from === undefined || begun.has(from) || [...nodes.keys()].some((path) => path === from || from.startsWith(`${path}.`))) return;
  throw new RerunPathError("from", from, "the re-run does not come to it: that branch is not taken, or there are not so many iterations");
}

function reusedIn({ nodes }: LookAhead): ReadonlySet<NodePath> {
  return new Set([...nodes.values()].flatMap(({ path, decision }) => (decision === "reuse" ? [path] : [])));
}

function recordOf(base: BaseRun, options: CheckedRerun, start: FileStart | undefined): RerunOf {
  const { from, set, reask = [], pin = [], reuse = true, replay = false } = options;
  return {
    of: base.runId,
    ...(from === undefined ? {} : { from }),
    ...(Object.keys(set).length === 0 ? {} : { set }),
    ...(reask.length === 0 ? {} : { reask: [...reask] }),
    ...(pin.length === 0 ? {} : { pin: [...pin] }),
    ...(reuse ? {} : { reuse }),
    ...(replay ? { replay } : {}),
    ...(start === undefined ? {} : { start: { ...start } }),
    lineage: [...lineageOf(base)],
  };
}

/** The runs whose entries have the small contents of what is reused. */
function originsOf({ runId, history }: BaseRun): readonly RunId[] {
  const origins = [...history.nodes.values()].flatMap(({ origin }) => (origin ? [origin.runId] : []));
  return [...new Set([runId, ...origins])];
}

/** What was asked of a re-run that is on record, for whoever goes on with it: what had to be allowed was. */
export function optionsOnRecord({ of, from, set, reask, pin, reuse, replay }: RerunOf): RerunOptions {
  return {
    of,
    ...(from === undefined ? {} : { from }),
    ...(set === undefined ? {} : { set }),
    ...(reask === undefined ? {} : { reask }),
    ...(pin === undefined ? {} : { pin }),
    ...(reuse === undefined ? {} : { reuse }),
    ...(replay === undefined ? {} : { replay }),
    allow: { failed: true, removed: true, unfinished: true, effects: true },
  };
}
