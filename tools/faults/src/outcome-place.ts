import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { access, mkdir, readdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { type GitOutcomes, gitOutcomeRepository } from "@dad/outcome-git";
import type { OutcomeRepository } from "@dad/outcome";
import type { RunId } from "@dad/protocol";
import { blobIdOf, type Files, type GitFile, treeIdOf } from "./git-tree.ts";
import { filesAfter, planOf, SEED_FILES } from "./outcome-plan.ts";

/** Where the outcomes of the runs of a project are made. */
export interface OutcomePlace {
  readonly directory: string;
  readonly workDirectory: string;
  readonly seed: string;
}

/** With a project for runs to start from; the repository is made by whoever comes first. */
export async function makePlace(root: string): Promise<OutcomePlace> {
  const seed = join(root, "project");
  for (const [path, { mode, text }] of SEED_FILES) {
    await mkdir(dirname(join(seed, path)), { recursive: true });
    await writeFile(join(seed, path), text, { mode: mode === "100755" ? 0o755 : 0o644 });
  }
  return { directory: join(root, "runs", "outcome", "project"), workDirectory: join(root, "runs", "work"), seed };
}

export function repositoryAt(place: OutcomePlace): OutcomeRepository {
  return gitOutcomeRepository({ ...place, git: { path: process.env["PATH"] } });
}

export function outcomesAt({ directory, workDirectory }: OutcomePlace): GitOutcomes {
  return { repositories: [directory], workDirectory, git: { path: process.env["PATH"] } };
}

/** What a process tells of a run that it has made. */
export interface MadeRun {
  readonly runId: RunId;
  /** Of whose commit it started, when it was not `main`. */
  readonly from: string | undefined;
  readonly commits: readonly string[];
  /** Nobody went on with it after it was killed: it has the first of its commits. */
  readonly cutOff?: boolean;
}

/** Looks at a repository as a person would. */
export async function git({ directory }: OutcomePlace, ...args: readonly string[]): Promise<string> {
  const env = { PATH: process.env["PATH"], GIT_CONFIG_NOSYSTEM: "1", GIT_CONFIG_GLOBAL: "/dev/null", LC_ALL: "C" };
  const { stdout, stderr } = await promisify(execFile)("git", ["--git-dir", directory, ...args], { env, maxBuffer: 2 ** 28 });
  return stdout + stderr;
}

const HEADS = "refs/heads/run/";
const SNAPSHOTS = "refs/dad/snapshots/";

/** Each of these runs has its branch with its commits and exactly its own files in each, and what it did not commit is kept; nobody else has one. */
export async function assertOutcomes(place: OutcomePlace, seed: number, runs: readonly MadeRun[]): Promise<void> {
  const told = await git(place, "for-each-ref", "--format=%(refname) %(objectname)", HEADS, SNAPSHOTS);
  const refs = new Map(told.split("\n").flatMap((line) => (line === "" ? [] : [line.split(" ") as [string, string]])));
  const commits = await commitsOf(place);
  const filesOf = new Map<string, Files>();
  const [main = ""] = (await git(place, "rev-parse", "refs/heads/main")).split("\n");
  filesOf.set(main, SEED_FILES);
  // A run may start from a commit of one that was told of later.
  const waiting = [...runs];
  for (let run = waiting.shift(); run; run = waiting.shift()) {
    const start = filesOf.get(run.from ?? main);
    if (start) await assertOutcome(place, { run, seed, start, main, refs, commits, filesOf });
    else {
      assert(
        waiting.some((other) => other.commits.includes(run?.from ?? "")),
        `nobody made ${run.from}, from which ${run.runId} started`,
      );
      waiting.push(run);
    }
  }
  const branches = [...refs.keys()].filter((name) => name.startsWith(HEADS));
  assert.deepEqual(branches.toSorted(), runs.map(({ runId }) => `${HEADS}${runId}`).toSorted(), "other branches than those of the runs");
}

interface Judged {
  readonly run: MadeRun;
  readonly seed: number;
  readonly start: Files;
  readonly main: string;
  readonly refs: ReadonlyMap<string, string>;
  readonly commits: ReadonlyMap<string, GitCommit>;
  readonly filesOf: Map<string, Files>;
}

async function assertOutcome(place: OutcomePlace, { run, seed, start, main, refs, commits, filesOf }: Judged): Promise<void> {
  const { runId, from = main } = run;
  const plan = planOf(seed, runId);
  if (!run.cutOff) assert.equal(run.commits.length, plan.commits.length, `${runId} has other commits than it made`);
  let [files, parent] = [start, from];
  for (const [index, commit] of run.commits.entries()) {
    files = filesAfter(files, plan.commits[index] ?? []);
    filesOf.set(commit, files);
    assert.equal(commits.get(commit)?.parent, parent, `commit ${index} of ${runId} comes after another one`);
    await assertTree(place, commits.get(commit)?.tree, { files, what: `commit ${index} of ${runId}` });
    parent = commit;
  }
  assert.equal(refs.get(`${HEADS}${runId}`), parent, `the branch of ${runId} is elsewhere`);
  if (run.cutOff || plan.late.length === 0) return;
  const snapshot = refs.get(`${SNAPSHOTS}${runId}`);
  assert(snapshot !== undefined, `what ${runId} did not commit is not kept`);
  await assertTree(place, commits.get(snapshot)?.tree, { files: filesAfter(files, plan.late), what: `what ${runId} did not commit` });
}

async function assertTree(
  place: OutcomePlace,
  tree: string | undefined,
  { files, what }: { readonly files: Files; readonly what: string },
): Promise<void> {
  if (tree === treeIdOf(files)) return;
  const expected = [...files].map(([path, file]) => lineOf(path, file));
  assert.deepEqual((await linesOf(place, String(tree))).toSorted(), expected.toSorted(), `${what} has other files`);
  assert.fail(`${what} has other directories than its files`);
}

/** A file as git lists it. */
export function lineOf(path: string, { mode, text }: GitFile): string {
  return `${mode} blob ${blobIdOf(text)}\t${path}`;
}

export async function linesOf(place: OutcomePlace, tree: string): Promise<string[]> {
  return (await git(place, "ls-tree", "-r", "-z", tree)).split("\0").filter((line) => line !== "");
}

export interface GitCommit {
  readonly tree: string;
  readonly parent: string;
}

/** All commits of runs, and what was kept of what they did not commit. */
async function commitsOf(place: OutcomePlace): Promise<ReadonlyMap<string, GitCommit>> {
  const text = await git(place, "log", "--format=%H %T %P", "--branches", "--glob=refs/dad", "--");
  const lines = text.split("\n").filter((line) => line !== "");
  return new Map(lines.map((line) => line.split(" ")).map(([commit = "", tree = "", parent = ""]) => [commit, { tree, parent }]));
}

/** git finds nothing wrong, and nothing is left of what was only needed for the time being. */
export async function assertClean(place: OutcomePlace): Promise<void> {
  assert.equal(await git(place, "fsck", "--strict", "--full", "--no-dangling", "--no-progress"), "", "git finds something wrong");
  assert.deepEqual(await leftoversOf(place), [], "it is left over");
}

/** Locks, index files, packs and objects that were not finished, reports of crashes, repositories that were not finished, working trees. */
async function leftoversOf({ directory, workDirectory }: OutcomePlace): Promise<string[]> {
  const inside = (await readdir(directory, { recursive: true })).filter((path) => LEFTOVER.test(path));
  const beside = (await readdir(dirname(directory))).filter((name) => name.startsWith("."));
  const trees = (await isThere(workDirectory)) ? await readdir(workDirectory) : [];
  return [...inside, ...beside, ...trees.map((name) => `working tree ${name}`)];
}

const LEFTOVER = /^(?!dad-)(.*\/)?[^/]*\.lock$|^indexes\/.|(^|\/)tmp_|(^|\/)\.tmp-|^fast_import_crash|^(index|MERGE_.*|ORIG_HEAD|FETCH_HEAD)$/;

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
