import type { ConfinedDirectory } from "@dad/disk";
import type { LargeFileContent } from "@dad/outcome";
import { type CapturedEntry, modeOf } from "../tree/captured-entry.ts";
import { byBytes } from "../tree/changed-paths.ts";
import { entriesAt } from "../bring/entries-at.ts";
import { algorithmOf } from "../git/fast-import.ts";
import type { Git, GitCall } from "../git/git.ts";
import { digestOf } from "./keep-large-file.ts";
import { findKept, type LargeFiles } from "./kept-files.ts";
import { fileOf, type PointerEntry, readPointers } from "./large-files.ts";
import { isSameEntry, type TreeChange } from "../bring/tree-changes.ts";
import { bytesOf } from "../git/tree-path.ts";
import { ifReached } from "../tree/working-tree.ts";

/** Changes as a working tree sees them, in which large files are in the place of their pointers. */
export interface ShownChanges {
  /** In the order of bytes. The object of a large file is its digest. */
  readonly changes: readonly TreeChange[];
  /** All pointers that changes lead to, by the paths of the files. */
  readonly coming: ReadonlyMap<string, PointerEntry>;
}

export interface ComparedTree {
  readonly git: Git;
  readonly tree: ConfinedDirectory;
  readonly call: GitCall;
}

interface Side {
  readonly path: string;
  readonly entry: CapturedEntry;
}

/**
 * What changes between two trees mean in a working tree: the file that a pointer stands for changes, and not the pointer, unless that
 * itself is there, because the content is gone.
 */
export async function showLargeFiles({ git, tree, call }: ComparedTree, changes: readonly TreeChange[]): Promise<ShownChanges> {
  const ofPointers = changes.filter(({ path }) => fileOf(path) !== undefined);
  const ids = ofPointers.flatMap(({ from, to }) => [from, to]).flatMap((entry) => (entry ? [entry.object] : []));
  const contents = await readPointers(git, ids, call);
  const there = await entriesAt(
    tree,
    ofPointers.map(({ path }) => path),
    { algorithm: algorithmOf(ids[0] ?? ""), signal: call.signal },
  );
  const shown = new Map<string, TreeChange>(changes.filter((change) => !ofPointers.includes(change)).map((change) => [change.path, change]));
  const coming = new Map<string, PointerEntry>();
  for (const { path, from, to } of ofPointers) {
    const file = fileOf(path) ?? "";
    const [was, is] = [from && contents.get(from.object), to && contents.get(to.object)];
    const isBrought = isSameEntry(there.get(path), to);
    const before: Side = was && !there.get(path) && !shown.get(file)?.from ? { path: file, entry: entryOf(was) } : { path, entry: from };
    const after: Side = is && !(isBrought && to) && !shown.get(file)?.to ? { path: file, entry: entryOf(is) } : { path, entry: to };
    if (is && to) coming.set(file, { object: to.object, content: is });
    for (const change of [
      { path: before.path, from: before.entry },
      { path: after.path, to: after.entry },
    ]) {
      shown.set(change.path, { from: undefined, to: undefined, ...shown.get(change.path), ...change });
    }
  }
  const all = [...shown.values()].filter((change) => !isSameEntry(change.from, change.to));
  return { changes: all.toSorted((one, other) => byBytes(one.path, other.path)), coming };
}

function entryOf({ executable, digest }: LargeFileContent): NonNullable<CapturedEntry> {
  return { mode: executable ? "100755" : "100644", object: digest };
}

/** Whether an entry is that of a large file. */
export function isLargeEntry(entry: CapturedEntry): boolean {
  return entry?.object.startsWith("sha256:") ?? false;
}

/** The large files among those that are there now: as one of the two sides has them. */
export async function largeEntriesAt(
  files: ConfinedDirectory,
  changes: readonly TreeChange[],
  { large, signal }: { readonly large: LargeFiles; readonly signal: AbortSignal | undefined },
): Promise<ReadonlyMap<string, CapturedEntry>> {
  const found = new Map<string, CapturedEntry>();
  for (const { path, from, to } of changes) {
    if (!isLargeEntry(from) && !isLargeEntry(to)) continue;
    const known = await findKept(files, large, path);
    const entry = known ? entryOf(known.pointer.content) : await digestAt(files, path, signal);
    if (isSameEntry(entry, from) || isSameEntry(entry, to)) found.set(path, entry);
  }
  return found;
}

async function digestAt(files: ConfinedDirectory, path: string, signal: AbortSignal | undefined): Promise<CapturedEntry> {
  const opened = await ifReached(files.open(bytesOf(path), { signal }));
  if (!opened) return undefined;
  await using file = opened;
  return { mode: modeOf(file.stats.mode), object: await digestOf(file, signal) };
}
