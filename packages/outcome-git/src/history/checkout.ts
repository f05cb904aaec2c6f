import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { fillDirectory, type LargeFileStore, type OutcomeCheckout, OutcomePathError } from "@dad/outcome";
import { DadError } from "@dad/protocol";
import { indexFile } from "../git/index-file.ts";
import type { Git, GitCall } from "../git/git.ts";
import { pointersIn, restoreLargeFiles } from "../large-files/large-files.ts";
import { readBlobs } from "../git/read-blobs.ts";
import { leadsOutside } from "../tree/leads-outside.ts";
import { shown } from "../git/tree-path.ts";
import { treeFiles } from "../tree/working-tree.ts";

/** A path has one character a byte: not all of them are text. */
interface Entry {
  readonly mode: string;
  readonly object: string;
  readonly path: string;
}

const LINK = "120000";
const REPOSITORY = "160000";

export interface CheckoutRequest {
  /** There is such a commit. */
  readonly commit: string;
  readonly directory: string;
  /** Where large files are kept. `undefined`: pointers stay. */
  readonly store: LargeFileStore | undefined;
}

/**
 * Writes the files of a commit to a directory that is empty, or not there: their bytes as they are, and links that stay inside.
 *
 * @throws OutcomePathError (`OUTCOME_PATH_INVALID`) for a tree that no run has made, with something in it that would lead
 * elsewhere. Nothing is written.
 */
export async function checkoutCommit(git: Git, { commit, directory, store }: CheckoutRequest, call: GitCall): Promise<OutcomeCheckout> {
  const { signal } = call;
  const index = indexFile(call.gitDir, `seed-${randomUUID()}`);
  const write = async (fresh: string): Promise<OutcomeCheckout> => {
    const entries = await listTree(git, commit, call);
    await assertWritable(git, entries, call);
    await writeTree(git, commit, { ...call, workTree: fresh, index });
    const { missing } = await restoreLargeFiles(treeFiles(fresh), await pointersIn(git, commit, call), { store, signal });
    return { files: entries.length, missing: missing.map(shown) };
  };
  try {
    return await fillDirectory(directory, write, signal ? { signal } : {});
  } finally {
    for (const left of [index, `${index}.lock`]) await rm(left, { force: true });
  }
}

async function listTree(git: Git, commit: string, call: GitCall): Promise<Entry[]> {
  const text = (await git.bytes(["ls-tree", "-r", "-z", "--full-tree", commit], call)).toString("latin1");
  return text.split("\0").flatMap((line) => {
    const [, mode, object, path] = /^(\d+) \w+ ([0-9a-f]+)\t([^]+)$/.exec(line) ?? [];
    return mode && object && path ? [{ mode, object, path }] : [];
  });
}

/** What git would make of a tree that contradicts itself, or of a place for a repository, is not what the commit says. */
async function assertWritable(git: Git, entries: readonly Entry[], call: GitCall): Promise<void> {
  const paths = new Set<string>();
  for (const { path, mode } of entries) {
    if (mode === REPOSITORY) throw refusal(path, "it stands for a repository, whose files are elsewhere");
    if (paths.has(path)) throw refusal(path, "it is there twice");
    paths.add(path);
  }
  for (const { path } of entries)
    for (let at = path.indexOf("/"); at !== -1; at = path.indexOf("/", at + 1))
      if (paths.has(path.slice(0, at))) throw refusal(path, "a file is on the way to it");
  const links = entries.filter(({ mode }) => mode === LINK);
  const targets = await readBlobs(
    git,
    links.map(({ object }) => object),
    call,
  );
  for (const { path, object } of links) {
    const target = targets.get(object) ?? Buffer.from("/");
    if (leadsOutside(path, target.toString("latin1"))) throw refusal(path, `it is a link that leads out of the tree: ${target.toString()}`);
  }
}

async function writeTree(git: Git, commit: string, call: GitCall): Promise<void> {
  try {
    // Before it writes anything, git looks at all paths: `..` and `.git`, in any spelling, are none.
    await git.run(["read-tree", "--reset", "-u", commit], call);
  } catch (error) {
    const said = DadError.is(error) && error.cause instanceof Error ? error.cause.message : "";
    const refused = /invalid path '(.+)'/i.exec(said)?.[1];
    throw refused === undefined ? error : new OutcomePathError(refused, "git refuses this name", { cause: error });
  }
}

function refusal(path: string, problem: string): OutcomePathError {
  return new OutcomePathError(Buffer.from(path, "latin1").toString(), problem);
}
