import { type ComponentDefinition, EVERY_ITERATION } from "@dad/agent";
import type { Engine } from "@dad/engine";
import type { ArtifactEntry, Json, NodePath, OutcomeSource, RerunOf, RerunPlan, RunId, StaticInputs } from "@dad/protocol";
import { digestOfInputFiles, mergedInputFiles, type RerunStart, type RunHistory, type RunPorts } from "@dad/run-context";
import { checkDefinition } from "../checks/check-definition.ts";
import { checkResources } from "../checks/check-resources.ts";
import { staticInputIndex } from "../static-input-index.ts";
import { assertBase, checkedRerun } from "./check-rerun.ts";
import { type Continuation, continuationOf, lineageOf, unnamedIn } from "./continuation.ts";
import { type Decider, decider as deciderOf } from "./decide.ts";
import { earlierAnswers } from "./earlier-answers.ts";
import { RerunPathError, RerunRefusedError } from "./errors.ts";
import { type FileStart, fileStart } from "./file-steps.ts";
import { type LookAhead, lookAhead, type LookAheadOptions } from "./look-ahead.ts";
import { covers } from "./paths.ts";
import { planOf } from "./plan-of.ts";
import { problemsOf } from "./plan-problems.ts";
import type { BaseRun, CheckedRerun, RerunOptions } from "./rerun-options.ts";
import { withSet } from "./set-settings.ts";
import { writersTogether } from "./together.ts";

/** What is given from outside over what the earlier run was given. */
export interface GivenNow {
  /** By path: of the variables of a component one by one, of a node as a whole. */
  readonly inputs?: StaticInputs;
  /** Files in the place of those with the same path. */
  readonly inputFiles?: readonly ArtifactEntry[];
}

export interface PlanRerunOptions extends GivenNow {
  readonly base: BaseRun;
  readonly rerun: RerunOptions;
  readonly ports: Pick<RunPorts, "artifacts" | "resources" | "outcomes" | "workspaces" | "redactor">;
  readonly engine: Engine;
  readonly runRoot: string;
  /** What is on record of a re-run that was begun already: what it was made with, it goes on with. */
  readonly begun?: Pick<RunHistory, "rerun" | "inputs" | "inputFiles"> | undefined;
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
  /** All its input files. */
  readonly inputFiles: readonly ArtifactEntry[];
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
  checkResources(root, ports.resources, { budget: false });
  const { options, inputs } = await checkedRerun(root, base, { ...withoutSecrets(given), artifacts: ports.artifacts });
  const lineage = unnamedIn(lineageOf(base), [inputs, options.set]);
  const groups = writersTogether(root, base.history);
  const place = { runRoot, lineage };
  const inputFiles = given.begun?.inputFiles ?? mergedInputFiles(base.history.inputFiles, given.inputFiles ?? []);
  const answers = earlierAnswers(base, options);
  const outside = { inputs: staticInputIndex(root, inputs), inputFiles: digestOfInputFiles(inputFiles), answers };
  const looking = { outside, base, withSet: withSet(options.set), ports, engine, signal, place };
  const { decider, ahead } = await lookAheadTogether(root, { looking, options, groups });
  const problems = await problemsOf(root, { base, options, decider, ahead, ...ports });
  // What stands in the way may be why it does not come further.
  if (problems.length === 0 || ahead.complete) assertReached(options, ahead);
  const record = given.begun?.rerun ?? recordOf(base, options, ports.outcomes && fileStart(base.history.outcome, ahead.early));
  return {
    plan: await planOf(record, { ahead, problems, base, artifacts: ports.artifacts, runRoot, lineage }),
    continuation: continuationOf(base, { options, answers, decider, groups, reused: reusedIn(ahead), start: record.start, lineage }),
    start: { record, origins: originsOf(base) },
    inputs,
    inputFiles,
  };
}

/** What is asked and given, as it is recorded: so whoever goes on with the re-run executes the same. */
function withoutSecrets({ rerun, inputs, begun, ports: { redactor } }: PlanRerunOptions): Pick<PlanRerunOptions, "rerun" | "inputs" | "begun"> {
  const others = begun ? { begun } : {};
  if (redactor === undefined) return { rerun, ...others, ...(inputs ? { inputs } : {}) };
  const clean = <Values extends Readonly<Record<string, Json>>>(values: Values): Values =>
    Object.fromEntries(Object.entries(values).map(([path, value]) => [path, redactor.json(value)])) as Values;
  return { rerun: rerun.set ? { ...rerun, set: clean(rerun.set) } : rerun, ...others, ...(inputs ? { inputs: clean(inputs) } : {}) };
}

interface Together {
  readonly looking: Omit<LookAheadOptions, "decider">;
  readonly options: CheckedRerun;
  readonly groups: ReadonlyMap<NodePath, NodePath>;
}

/** Looks ahead until all that have to be reused together are, or are not. */
async function lookAheadTogether(
  root: ComponentDefinition,
  { looking, options, groups }: Together,
): Promise<{ readonly decider: Decider; readonly ahead: LookAhead }> {
  let together: ReadonlyMap<NodePath, NodePath> = new Map();
  for (;;) {
    const decider = deciderOf(root, looking.base, { ...options, together });
    const ahead = await lookAhead(root, { ...looking, decider });
    const torn = options.replay ? new Map<NodePath, NodePath>() : tornFrom(groups, { ahead, together });
    if (torn.size === 0) return { decider, ahead };
    together = new Map([...together, ...torn]);
  }
}

/** The reused nodes of which another one is not, with that. */
function tornFrom(
  groups: ReadonlyMap<NodePath, NodePath>,
  { ahead: { nodes }, together }: { readonly ahead: LookAhead; readonly together: ReadonlyMap<NodePath, NodePath> },
): ReadonlyMap<NodePath, NodePath> {
  if (groups.size === 0) return groups;
  const broken = new Map<NodePath, NodePath>();
  for (const { path, decision } of nodes.values()) {
    const group = decision === "reuse" ? undefined : groups.get(path);
    if (group !== undefined && !broken.has(group)) broken.set(group, path);
  }
  return new Map(
    [...nodes.values()].flatMap(({ path, decision }) => {
      const other = decision === "reuse" && !together.has(path) ? broken.get(groups.get(path) ?? path) : undefined;
      return other === undefined ? [] : [[path, other]];
    }),
  );
}

/** @throws RerunRefusedError (`RERUN_REFUSED`) that lists what stands in the way of a re-run. */
export function assertAllowed(plan: RerunPlan): void {
  if (plan.problems.length > 0) throw new RerunRefusedError(plan);
}

/** What is asked of something that the re-run does not come to would be ignored. */
function assertReached({ from, reask = [], pin = [], setNow }: CheckedRerun, ahead: LookAhead): void {
  const named = { from: from === undefined ? [] : [from], reask, pin, set: setNow };
  for (const [option, paths] of Object.entries(named)) {
    const missed = paths.find((path) => !isReached(path, ahead));
    if (missed !== undefined)
      throw new RerunPathError(option, missed, "the re-run does not come to it: that branch is not taken, or there are not so many iterations");
  }
}

function isReached(path: string, { nodes, begun }: LookAhead): boolean {
  if (begun.has(path as NodePath) || nodes.has(path as NodePath)) return true;
  // In a block of which nothing is known it is only known at run time.
  return [...nodes.keys(), ...begun].some((reached) => covers(path, reached)) || [...nodes.keys()].some((reached) => isIn(path, reached));
}

function isIn(path: string, block: string): boolean {
  const steps = path.split(".");
  return block.split(".").every((step, at) => step === steps[at] || steps[at] === EVERY_ITERATION);
}

function reusedIn({ nodes }: LookAhead): ReadonlySet<NodePath> {
  return new Set([...nodes.values()].flatMap(({ path, decision }) => (decision === "reuse" ? [path] : [])));
}

function recordOf(base: BaseRun, options: CheckedRerun, start: FileStart | undefined): RerunOf {
  const { from, set, reask = [], pin = [], reuse = true, replay = false } = options;
  return {
    of: base.runId,
    ...(base.history.lastSeq === 0 ? {} : { seq: base.history.lastSeq }),
    ...(from === undefined ? {} : { from }),
    ...(Object.keys(set).length === 0 ? {} : { set }),
    ...(reask.length === 0 ? {} : { reask: [...reask] }),
    ...(pin.length === 0 ? {} : { pin: [...pin] }),
    ...(reuse ? {} : { reuse }),
    ...(replay ? { replay } : {}),
    ...(start === undefined ? {} : { start: { ...start, ...sourceOf(base) } }),
    lineage: [...lineageOf(base)],
    ...(base.history.traceparent === undefined ? {} : { traceparent: base.history.traceparent }),
  };
}

/** Where the files of the runs before came from, when they were taken over from the project itself. */
function sourceOf({ history: { outcome, rerun } }: BaseRun): { readonly source?: OutcomeSource } {
  const source = outcome.start?.source ?? rerun?.start?.source;
  return source ? { source } : {};
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
