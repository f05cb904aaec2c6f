import { lstat, rm } from "node:fs/promises";
import { OutcomePathError } from "@dad/outcome";
import type { Captured, StageCall } from "./capture.ts";
import { MODULE_MODE } from "./captured-entry.ts";
import type { Git } from "../git/git.ts";
import type { TreeEntry } from "../git/list-tree.ts";
import { bytesOf, shown } from "../git/tree-path.ts";
import { refusingPipes } from "./list-work-tree.ts";
import { ifReached, treeFiles } from "./working-tree.ts";

/**
 * What is known of the index of a run: that it has a certain tree, and what git saw of its files. It tells fast what has changed, and
 * no more than that: whenever it is not sure to be right, it is made again from the tree.
 */
export interface TreeIndex {
  readonly tree: string;
  /** Tells the file from another one, and from what it was before. */
  readonly identity: string | undefined;
  /** Directories that stand for repositories. */
  readonly modules: ReadonlySet<string>;
  /** What git would read again to find out that it has not changed. */
  readonly unseen: { readonly files: number; readonly bytes: number };
}

const NOTHING_UNSEEN = { files: 0, bytes: 0 };
const ALL_UNSEEN = { files: Infinity, bytes: Infinity };
/** Reading so much takes git about as long as one more process of its own. */
const MOST_UNSEEN = { files: 256, bytes: 4_194_304 };

/** An index that git has just filled together with the working tree. */
export async function indexOf(
  index: string,
  { tree, entries }: { readonly tree: string; readonly entries: readonly TreeEntry[] },
): Promise<TreeIndex> {
  const modules = new Set(entries.flatMap(({ mode, path }) => (mode === MODULE_MODE ? [path] : [])));
  return { tree, identity: await identityOf(index), modules, unseen: NOTHING_UNSEEN };
}

/** Makes sure that the index has the tree of a commit. The working tree is not touched. */
export async function holdTree(
  git: Git,
  { commit, tree, known }: { readonly commit: string; readonly tree: string; readonly known: TreeIndex | undefined },
  call: StageCall,
): Promise<TreeIndex> {
  const identity = await identityOf(call.index);
  const isKnown = known !== undefined && identity !== undefined && known.identity === identity;
  if (isKnown && known.tree === tree) return see(git, known, call);
  // Whoever was killed while it was written is not coming back for it.
  await rm(`${call.index}.lock`, { force: true });
  const found = isKnown || identity === undefined ? undefined : await lookInto(git, call);
  if (found?.tree === tree) return { tree, identity: await identityOf(call.index), modules: found.modules, unseen: NOTHING_UNSEEN };
  // In one step: without an index a working tree counts as one that was never whole.
  await git.run(["read-tree", commit], call);
  return { tree, identity: await identityOf(call.index), modules: await modulesOf(git, call), unseen: ALL_UNSEEN };
}

/** What an index has. `undefined` when git cannot make anything of it. */
async function lookInto(git: Git, call: StageCall): Promise<Pick<TreeIndex, "tree" | "modules"> | undefined> {
  try {
    const [tree, modules] = await Promise.all([git.run(["write-tree"], call), modulesOf(git, call)]);
    return { tree: tree.trim(), modules };
  } catch {
    call.signal?.throwIfAborted();
    return undefined;
  }
}

/** Lets git see what it would otherwise read again and again. */
async function see(git: Git, known: TreeIndex, call: StageCall): Promise<TreeIndex> {
  const { files, bytes } = known.unseen;
  if (files <= MOST_UNSEEN.files && bytes <= MOST_UNSEEN.bytes) return known;
  // What has changed since stays unseen.
  const seen = await refusingPipes(call, (watched) => git.report(["update-index", "-q", "--refresh"], watched)).catch(() => undefined);
  call.signal?.throwIfAborted();
  // One that is ended by the kernel, as a file is cut off while it is read, leaves the lock. A pipe is told of by whoever lists what has changed.
  if (!seen) await rm(`${call.index}.lock`, { force: true });
  return { ...known, identity: await identityOf(call.index), unseen: seen ? NOTHING_UNSEEN : known.unseen };
}

/** Directories of the tree that stand for repositories. */
async function modulesOf(git: Git, call: StageCall): Promise<ReadonlySet<string>> {
  const text = (await git.bytes(["ls-files", "--stage", "-z"], call)).toString("latin1");
  return new Set(Array.from(text.matchAll(/(?:^|\0)160000 [0-9a-f]+ \d\t([^\0]+)/g), ([, path = ""]) => path));
}

/**
 * Gives the index what has been captured.
 *
 * @returns what is known of it then. `undefined`: nothing; it is as good as lost.
 * @throws OutcomePathError (`OUTCOME_PATH_INVALID`) for a name that git refuses.
 */
export async function updateIndex(
  git: Git,
  { known, captured, tree }: { readonly known: TreeIndex; readonly captured: Captured; readonly tree: Promise<string> },
  call: StageCall,
): Promise<TreeIndex | undefined> {
  // Whoever makes the tree tells of its failure, also when that comes while nobody waits for it here.
  tree.catch(() => undefined);
  const none = `0 ${"0".repeat(known.tree.length)}`;
  const lines = Array.from(captured.entries, ([path, entry]) => `${entry ? `${entry.mode} ${entry.object}` : none}\t${path}\0`);
  const { exitCode, text } = await git.report(["update-index", "-z", "--index-info"], { ...call, input: bytesOf(lines.join("")) });
  const ignored = /^Ignoring path (.+)$/m.exec(text)?.[1];
  if (ignored !== undefined) throw new OutcomePathError(ignored, "git refuses this name");
  if (exitCode !== 0) return undefined;
  const { unseen, modules } = known;
  return {
    tree: await tree,
    identity: await identityOf(call.index),
    modules: new Set([...modules].filter((path) => !captured.entries.has(path))),
    unseen: { files: unseen.files + captured.entries.size, bytes: unseen.bytes + captured.bytes },
  };
}

/**
 * What is in a directory that stands for a repository, git does not see.
 *
 * @throws OutcomePathError (`OUTCOME_PATH_INVALID`) for one that has something in it.
 */
export async function assertModulesEmpty(modules: ReadonlySet<string>, { workTree, signal }: StageCall): Promise<void> {
  const files = treeFiles(workTree);
  for (const path of modules) {
    // There is no directory behind a link.
    const names = await ifReached(files.list(bytesOf(path), { signal }));
    if (names !== undefined && names.length > 0)
      throw new OutcomePathError(
        shown(path),
        "it stands for a repository, whose files are elsewhere: put what is in it somewhere else, or remove it",
      );
  }
}

async function identityOf(index: string): Promise<string | undefined> {
  const entry = await lstat(index, { bigint: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  return entry && `${entry.ino} ${entry.size} ${entry.mtimeNs} ${entry.ctimeNs}`;
}
