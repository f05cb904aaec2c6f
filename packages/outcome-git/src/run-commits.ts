import { type CommitOptions, outcomeBranch, outcomeMessage } from "@dad/outcome";
import type { OutcomeRef, RunId } from "@dad/protocol";
import type { StageCall } from "./capture.ts";
import type { CaptureRules } from "./capture-rules.ts";
import type { Git } from "./git.ts";
import { changeRefs, type ReadCommit, readCommits, refsOf, writeCommit } from "./refs.ts";
import { type LinkRule, stageTree } from "./stage.ts";
import { assertRoot } from "./working-tree.ts";

export interface GitRun {
  readonly runId: RunId;
  /** The commit that the run started from. */
  readonly base: string;
  /** The bare repository. */
  readonly gitDir: string;
  readonly workTree: string;
  readonly index: string;
  /** Default: what {@link CaptureRules} says. */
  readonly rules?: CaptureRules | undefined;
}

/** The files of a run that is open, and what is known of them as long as nobody else works on the run. */
export interface RunFiles {
  readonly git: Git;
  readonly run: GitRun;
  readonly start: OutcomeRef;
  /** The newest commit of the run, or what it started from. `undefined`: git has to be asked. */
  last: OutcomeRef | undefined;
  /** The tree that the index holds, when it may be committed. `undefined`: it is not known to. */
  staged: string | undefined;
}

export function callOf({ gitDir, workTree, index }: GitRun, signal?: AbortSignal): StageCall {
  return { gitDir, workTree, index, signal };
}

export function refOf(runId: RunId, { commit, tree, parent }: ReadCommit): OutcomeRef {
  return { branch: outcomeBranch(runId), commit, tree, ...(parent === undefined ? {} : { parent }) };
}

/** Puts what is in the working tree into the index, and answers its tree. @throws as {@link stageTree}. */
export async function stageFiles(files: Pick<RunFiles, "git" | "run" | "staged">, links: LinkRule, call: StageCall): Promise<string> {
  const { staged } = files;
  // Whatever goes wrong now, the index may hold something else.
  files.staged = undefined;
  await assertRoot(call.workTree);
  const tree = await stageTree(files.git, { links, staged, rules: files.run.rules }, call);
  if (links === "inside" || tree === staged) files.staged = tree;
  return tree;
}

/** Makes a commit of the files of a run, or answers the last one when that has them and only changes are asked for. */
export async function commitFiles(files: RunFiles, options: CommitOptions): Promise<OutcomeRef> {
  const { git, run } = files;
  const { runId, base } = run;
  const call = callOf(run, options.signal);
  const message = outcomeMessage({ ...options, runId, base });
  const tree = await stageFiles(files, "inside", call);
  if (options.onlyChanged) {
    files.last ??= await readLast(files, call);
    if (files.last.tree === tree) return { ...files.last };
  }
  const last = await readLast(files, call);
  const commit = await writeCommit(git, { tree, parent: last.commit, message }, call);
  files.last = undefined;
  await changeRefs(git, [{ name: refsOf(runId).branch, from: last.commit, to: commit }], call);
  files.last = refOf(runId, { commit, tree, parent: last.commit });
  return { ...files.last };
}

/** A branch that still is where it was made has no commit of the run. */
async function readLast({ git, run, start }: RunFiles, call: StageCall): Promise<OutcomeRef> {
  const { branch } = refsOf(run.runId);
  const tip = (await readCommits(git, [branch], call)).get(branch);
  return tip === undefined || tip.commit === start.commit ? start : refOf(run.runId, tip);
}
