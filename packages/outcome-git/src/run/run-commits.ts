import { type CommitOptions, outcomeBranch, OutcomeFailedError, outcomeMessage } from "@dad/outcome";
import type { OutcomeRef, RunId } from "@dad/protocol";
import { capture, ChangedMeanwhileError, type StageCall } from "../tree/capture.ts";
import { withPointers } from "../large-files/capture-pointer.ts";
import type { CaptureRules } from "../tree/capture-rules.ts";
import type { LinkRule } from "../tree/captured-entry.ts";
import { byBytes, changedPaths } from "../tree/changed-paths.ts";
import { algorithmOf, blobId, writeCommitFrom } from "../git/fast-import.ts";
import { commitEnd, type RunEnd, tagEnd } from "./final-commit.ts";
import type { Git } from "../git/git.ts";
import { includedBy, indexFile } from "../git/index-file.ts";
import { type LargeFiles, movePointers, pointersAt, withoutKept } from "../large-files/kept-files.ts";
import { largeFilesOf } from "../large-files/large-files.ts";
import type { GitHistoryOptions } from "../git-context.ts";
import { changeRefs, type ReadCommit, readCommits, refsOf, writeCommit } from "../git/refs.ts";
import { withoutIncluded } from "../tree/included-paths.ts";
import { assertModulesEmpty, holdTree, type TreeIndex, updateIndex } from "../tree/tree-index.ts";
import { assertRoot, treeFiles } from "../tree/working-tree.ts";

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
  readonly history?: GitHistoryOptions | undefined;
}

/** A working tree, and what is known of it as long as nobody else works on the run. */
export interface WorkFiles {
  readonly git: Git;
  readonly run: GitRun;
  /** `undefined`: it may be anything. */
  index: TreeIndex | undefined;
  /** Paths at which something was changed that git need not see, as it may be ignored. */
  readonly brought: Set<string>;
  readonly large: LargeFiles;
}

/** A commit whose tree is known. */
export type RunRef = OutcomeRef & { readonly tree: string };

/** The files of a run that is open. */
export interface RunFiles extends WorkFiles {
  readonly start: RunRef;
  /** `undefined`: git has to be asked. */
  last: LastCommit | undefined;
}

/** The newest commit of a run, or what it started from, and where the next one goes. */
export interface LastCommit {
  readonly ref: RunRef;
  /** The branch of the run, or, when that shows the ends of the run only, the ref of its nodes. */
  readonly name: string;
  /** Where that is. `undefined`: it is not there yet. */
  readonly at: string | undefined;
}

export function callOf({ gitDir, workTree, index }: GitRun, signal?: AbortSignal): StageCall {
  return { gitDir, workTree, index, signal };
}

export function refOf(runId: RunId, { commit, tree, parent }: ReadCommit): RunRef {
  return { branch: outcomeBranch(runId), commit, tree, ...(parent === undefined ? {} : { parent }) };
}

/** Makes a commit of the files of a run, or answers the last one when that has them and only changes are asked for. */
export async function commitFiles(files: RunFiles, options: CommitOptions): Promise<OutcomeRef> {
  const { run, git } = files;
  const call = callOf(run, options.signal);
  const message = outcomeMessage({ ...options, runId: run.runId, base: run.base });
  const { name, at, ref } = (files.last ??= await readLast(files, call));
  const move = (to: string): Promise<void> => {
    // Whatever goes wrong now, the ref may be elsewhere.
    files.last = undefined;
    return changeRefs(git, [{ name, from: at, to }], call);
  };
  const { final = false, onlyChanged = false } = options;
  // Where the branch gets the end itself, it is the rest that goes to the nodes.
  const rest = final && name !== refsOf(run.runId).branch;
  const made = await recordFiles(files, { on: ref, links: "inside", message, onlyChanged: onlyChanged || rest, move }, call);
  const newest = made ? refWith(files, { ...made, parent: ref.commit }) : ref;
  files.last = { name, at: made?.commit ?? at, ref: newest };
  const ended = rest ? await endOf(files, { tree: newest.tree, message, onlyChanged }, call) : newest;
  if (final && run.history?.tags && ended.commit !== run.base) await tagEnd(git, { runId: run.runId, commit: ended.commit, message }, call);
  return { ...ended };
}

async function endOf(files: RunFiles, end: Omit<RunEnd, "runId" | "base">, call: StageCall): Promise<RunRef> {
  const { git, run, start } = files;
  const ended = await commitEnd(git, { ...end, runId: run.runId, base: run.base }, call);
  return ended.commit === start.commit ? start : refWith(files, ended);
}

/** A commit that has the files of the working tree as they were recorded last. */
function refWith({ run, large }: RunFiles, made: ReadCommit): RunRef {
  return { ...refOf(run.runId, made), ...largeFilesOf(large.pointers) };
}

/** Of a run on which nobody has worked before. */
export function firstOf({ runId, history }: GitRun, start: RunRef): LastCommit {
  const { branch, nodes } = refsOf(runId);
  return history?.nodes === false ? { ref: start, name: nodes, at: undefined } : { ref: start, name: branch, at: start.commit };
}

/** How a run shows its commits stays as it is when others are made in another way. A branch that still is where it was made has no commit of the run. */
async function readLast({ git, run, start, large }: RunFiles, call: StageCall): Promise<LastCommit> {
  const { branch, nodes } = refsOf(run.runId);
  const refs = await readCommits(git, [branch, nodes], call);
  const [tip, node] = [refs.get(branch), refs.get(nodes)];
  const newest = node ?? tip;
  if (newest === undefined || newest.commit === start.commit) return firstOf(run, start);
  const ref = { ...refOf(run.runId, newest), ...largeFilesOf(await pointersAt({ git, large }, newest.tree, call)) };
  return { ref, name: node ? nodes : branch, at: newest.commit };
}

export interface Recording {
  /** What the files are compared with, and what is before the commit. */
  readonly on: { readonly commit: string; readonly tree: string };
  /** What the commit keeps reachable, too. */
  readonly besides?: string | undefined;
  readonly links: LinkRule;
  readonly message: string;
  readonly onlyChanged: boolean;
  /** Makes the commit the newest of a ref. */
  readonly move: (commit: string) => Promise<void>;
}

export interface Recorded {
  readonly commit: string;
  readonly tree: string;
}

const MOST_ATTEMPTS = 20;

/** Makes a commit of what is in a working tree. `undefined`: only changes are asked for, and there are none. @throws as {@link capture}. */
export async function recordFiles(files: WorkFiles, recording: Recording, call: StageCall): Promise<Recorded | undefined> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await recordOnce(files, recording, call);
    } catch (error) {
      if (!(error instanceof ChangedMeanwhileError)) throw error;
      if (attempt === MOST_ATTEMPTS) throw new OutcomeFailedError("commit what changes all the time", call.workTree, { cause: error });
    }
  }
}

async function recordOnce(files: WorkFiles, recording: Recording, call: StageCall): Promise<Recorded | undefined> {
  const { git, brought } = files;
  const { on, besides, message, onlyChanged, move } = recording;
  await assertRoot(call.workTree);
  const held = await holdTree(git, { ...on, known: files.index }, call);
  // Whatever goes wrong now, the index may have something else.
  files.index = undefined;
  const paths = await listChanges(files, held, call);
  if (paths.length === 0) {
    files.index = held;
    return onlyChanged ? undefined : commitSame(files, recording, call);
  }
  await using writer = await writeCommitFrom(git, { parent: on.commit, besides, message }, call);
  const request = {
    paths,
    modules: held.modules,
    links: recording.links,
    rules: files.run.rules ?? {},
    large: files.large,
    algorithm: algorithmOf(on.tree),
  };
  const captured = await capture(writer, request, call);
  const made = writer.finish();
  const [finished, updated] = await Promise.allSettled([
    made,
    updateIndex(git, { known: held, captured, tree: made.then(({ tree }) => tree) }, call),
  ]);
  if (finished.status === "rejected") throw finished.reason;
  if (updated.status === "rejected") throw updated.reason;
  if (!onlyChanged || finished.value.tree !== on.tree) {
    await writer.keep();
    await move(finished.value.commit);
  }
  files.index = updated.value;
  movePointers(files.large, finished.value.tree, captured.pointers);
  brought.clear();
  return onlyChanged && finished.value.tree === on.tree ? undefined : finished.value;
}

async function commitSame({ git }: WorkFiles, { on, message, move }: Recording, call: StageCall): Promise<Recorded> {
  const commit = await writeCommit(git, { tree: on.tree, parent: on.commit, message }, call);
  await move(commit);
  return { commit, tree: on.tree };
}

/** In the order of bytes. */
async function listChanges({ git, run, brought, large }: WorkFiles, { tree, modules }: TreeIndex, call: StageCall): Promise<string[]> {
  const emptyBlob = blobId(Buffer.alloc(0), algorithmOf(tree));
  const list = includedBy(indexFile(run.gitDir, run.runId));
  const listed = await withoutIncluded(git, await changedPaths(git, { emptyBlob }, call), { ...call, list });
  await assertModulesEmpty(modules, call);
  const pointers = await pointersAt({ git, large }, tree, call);
  const changed = await withoutKept(treeFiles(call.workTree), withPointers([...listed, ...brought], pointers), large);
  return [...changed].toSorted(byBytes);
}
