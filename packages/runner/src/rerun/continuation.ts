import type { NodeHandle } from "@dad/engine";
import { canonicalJson, type Json, type NodePath, type RunId } from "@dad/protocol";
import type { ExecutionScope, OutcomeStep } from "@dad/run-context";
import { unmarked } from "../run-marks.ts";
import type { Decider } from "./decide.ts";
import type { EarlierAnswers } from "./earlier-answers.ts";
import { type FileStart, stepsAfter } from "./file-steps.ts";
import type { BaseRun, CheckedRerun } from "./rerun-options.ts";
import { withSet } from "./set-settings.ts";

/** What a re-run takes from an earlier run, for the walk that executes it. */
export interface Continuation {
  readonly base: BaseRun;
  readonly decider: Decider;
  /** What a node is told, with what was set of it. */
  readonly withSet: ReturnType<typeof withSet>;
  /** The runs that this one was made from, of which its results may speak, the last one first. */
  readonly lineage: readonly RunId[];
  /** The attempts that are reused, in the order in which the earlier run was told of them. */
  readonly order: readonly NodeHandle[];
  readonly isReplay: boolean;
  /** Of nodes that are reused together: see `writersTogether`. */
  readonly groups: ReadonlyMap<NodePath, NodePath>;
  /** Names the files of the workspace as the first node finds them. `undefined` when the earlier run had no outcome. */
  readonly tree: string | undefined;
  /** Takes out of a JSON text what differs with each run. */
  unmarked(scope: ExecutionScope): (text: string) => string;
  readonly answers: EarlierAnswers;
  /** The changes of files of a node of the earlier run which the outcome does not start with. */
  steps(path: NodePath): readonly OutcomeStep[];
}

export interface ContinuationOptions {
  readonly lineage: readonly RunId[];
  readonly options: CheckedRerun;
  readonly answers: EarlierAnswers;
  readonly decider: Decider;
  readonly groups: ReadonlyMap<NodePath, NodePath>;
  readonly reused: ReadonlySet<NodePath>;
  readonly start: FileStart | undefined;
}

export function continuationOf(base: BaseRun, { options, answers, decider, groups, reused, start, lineage }: ContinuationOptions): Continuation {
  const { ended } = base.history;
  const inOrder = [...[...ended].filter((path) => reused.has(path)), ...[...reused].filter((path) => !ended.has(path))];
  return {
    base,
    decider,
    withSet: withSet(options.set),
    lineage,
    order: inOrder.map((path) => ({ path, attempt: 1 })),
    groups,
    isReplay: options.replay ?? false,
    tree: start?.tree,
    unmarked: ({ run: { env }, space: { cwd } }) => unmarked({ env, workspace: cwd, lineage }),
    answers,
    steps: stepsAfter(base.history.outcome, start?.commit),
  };
}

/** @returns the run itself, and all that it was made from. */
export function lineageOf({ runId, history }: Pick<BaseRun, "runId" | "history">): readonly RunId[] {
  return [runId, ...(history.rerun?.lineage ?? [])];
}

/**
 * The runs of a lineage of which only results speak. One that somebody names, in an input or in what is set, is meant: to be told of
 * another one is to be told something else.
 */
export function unnamedIn(lineage: readonly RunId[], given: Json): readonly RunId[] {
  const text = canonicalJson(given);
  return lineage.filter((id) => !text.includes(id));
}
