import type { AgentDefinition, FlowDefinition } from "@dad/agent";
import {
  type ArtifactEntry,
  errorEnvelope,
  type ErrorEnvelope,
  type Json,
  type NodePath,
  type RerunPlan,
  RunId,
  type StaticInputs,
} from "@dad/protocol";
import { readHistory, readOutcome, readRun, withResumedRun, withRun } from "@dad/run-context";
import { assertAllowed, optionsOnRecord, type PlannedRerun, planRerun } from "./rerun/plan-rerun.ts";
import type { BaseRun, RerunOptions } from "./rerun/rerun-options.ts";
import { RUN, RUN_ROOT, stage, type StageOptions } from "./testing-run.ts";

// For the tests of this package only: re-runs in memory, and what is seen of them.

type Root = AgentDefinition | FlowDefinition;

/** Without `of`, it is a re-run of the run of the stage. */
export interface StagedRerun extends Omit<RerunOptions, "of"> {
  readonly of?: string;
  /** Its id. Default: the next of `r2`, `r3`, … */
  readonly as?: string;
  readonly inputs?: StaticInputs;
  readonly inputFiles?: readonly ArtifactEntry[];
  readonly signal?: AbortSignal;
}

/** What came of a re-run. */
export interface Reran {
  readonly runId: string;
  readonly plan: RerunPlan;
  /** What its elements gave, when it completed. */
  readonly result: Record<string, Json> | undefined;
  readonly error: ErrorEnvelope | undefined;
  /** The paths of the nodes that were executed, sorted. */
  readonly executed: readonly string[];
  /** Those that were reused, sorted. */
  readonly reused: readonly string[];
}

/** A stage on which runs are made from earlier ones. */
export function rerunStage(options: StageOptions = {}) {
  const on = stage(options);
  const thought = planning(on);
  const { ports } = on;
  let made = 1;
  return {
    ...on,
    ...lookingAt(on),
    /** What a re-run would do. */
    plan: async (definition: Root, given: StagedRerun = {}): Promise<RerunPlan> => (await thought.planned(definition, given)).plan,
    /** Makes a run from an earlier one. Throws only what stops it from being made; how it ended is in what it gives. */
    async rerun(definition: Root, given: StagedRerun = {}): Promise<Reran> {
      const { plan, start, continuation, inputs, inputFiles } = await thought.planned(definition, given);
      assertAllowed(plan);
      const { signal, as: runId = `r${++made}` } = given;
      const opened = {
        rootComponentId: definition.id,
        runId,
        runRoot: RUN_ROOT,
        ports,
        rerun: start,
        inputs,
        inputFiles,
        ...(signal ? { signal } : {}),
      };
      return await seen(on, { runId, plan }, async () => withRun(opened, (context) => on.walkIn(context, definition, { continuation })));
    },
    /** Goes on with a re-run. */
    async resumeRerun(definition: Root, runId: string): Promise<Reran> {
      const { plan, continuation } = await thought.again(definition, runId);
      const opened = { runId, runRoot: RUN_ROOT, journals: ports.journals, ports };
      return await seen(on, { runId, plan }, async () => withResumedRun(opened, (context) => on.walkIn(context, definition, { continuation })));
    },
  };
}

type Stage = ReturnType<typeof stage>;

/** Thinks re-runs through as `@dad/local` does. */
function planning({ ports, engine }: Stage) {
  const where = { ports, engine, runRoot: RUN_ROOT };
  return {
    async planned(definition: Root, { of = RUN, as: _as, inputs, inputFiles, signal, ...rerun }: StagedRerun): Promise<PlannedRerun> {
      const { runId, status, rootComponentId } = await readRun(ports.journals, of, { runRoot: RUN_ROOT });
      const base: BaseRun = { runId, status, rootComponentId, history: await readHistory(ports.journals, of) };
      const more = { ...(inputs ? { inputs } : {}), ...(inputFiles ? { inputFiles } : {}), ...(signal ? { signal } : {}) };
      return await planRerun(definition, { ...where, base, rerun: { of, ...rerun }, ...more });
    },
    async again(definition: Root, runId: string): Promise<PlannedRerun> {
      const begun = await readHistory(ports.journals, runId);
      const { rerun } = begun;
      if (rerun === undefined) throw new TypeError(`${runId} is no re-run`);
      const history = await readHistory(ports.journals, rerun.of, { through: RunId.parse(runId), until: rerun.seq });
      const base: BaseRun = { runId: rerun.of, status: "completed", rootComponentId: definition.id, history };
      return await planRerun(definition, { ...where, base, rerun: optionsOnRecord(rerun), begun });
    },
  };
}

async function seen(
  { attempts, ports }: Stage,
  { runId, plan }: { readonly runId: string; readonly plan: RerunPlan },
  work: () => Promise<{ readonly result: Record<string, Json> }>,
): Promise<Reran> {
  const before = attempts.length;
  const ended = await work().then(
    ({ result }) => ({ result, error: undefined }),
    (error: unknown) => ({ result: undefined, error: errorEnvelope(error) }),
  );
  const executed = attempts.slice(before).filter((attempt) => attempt.runId === runId);
  const { nodes } = await readHistory(ports.journals, runId);
  const reused = [...nodes.values()].filter(({ origin }) => origin !== undefined).map(({ path }) => path);
  return { runId, plan, ...ended, executed: sorted(executed.map(({ path }) => path)), reused: sorted(reused) };
}

function lookingAt(on: Stage) {
  const { ports } = on;
  return {
    /** What the nodes of a run gave that completed, by path. */
    async values(runId: string = RUN): Promise<Record<string, Json>> {
      const { nodes } = await readHistory(ports.journals, runId);
      const completed = [...nodes.values()].filter(({ state }) => state === "completed");
      return Object.fromEntries(await Promise.all(completed.map(async (node) => [node.path, await readOutcome(ports.artifacts, node)] as const)));
    },
    /** All runs that there are, each with how many entries it has: nothing was done where it is the same before and after. */
    async runs(): Promise<readonly string[]> {
      const runs: string[] = [];
      for await (const { runId } of ports.journals.list()) runs.push(`${runId}: ${(await on.events(runId)).length}`);
      return sorted(runs);
    },
  };
}

/** The paths of a plan of one decision, sorted. */
export function planned(plan: RerunPlan, decision: RerunPlan["nodes"][number]["decision"]): readonly string[] {
  return sorted(plan.nodes.filter((node) => node.decision === decision).map(({ path }) => path));
}

/** The first reason of a node, as `component: before → after`. */
export function reason({ nodes }: RerunPlan, path: string): string | undefined {
  const [first] = nodes.find((node) => node.path === (path as NodePath))?.because ?? [];
  return (
    first &&
    ("before" in first || "after" in first ? `${first.component}: ${JSON.stringify(first.before)} → ${JSON.stringify(first.after)}` : first.component)
  );
}

export function sorted(texts: Iterable<string>): readonly string[] {
  return [...texts].sort();
}
