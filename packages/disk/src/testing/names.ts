import type { FileNode } from "./file-content.ts";
import type { Fate } from "./survival.ts";

export interface DirectoryNode {
  readonly kind: "directory";
  readonly ino: number;
  mtimeMs: number;
  readonly now: Map<string, DiskNode>;
  readonly durable: Map<string, DiskNode>;
}

export type DiskNode = FileNode | DirectoryNode;

/** One name that gets another meaning, or none. */
export interface NameStep {
  readonly directory: DirectoryNode;
  readonly name: string;
  readonly node: DiskNode | undefined;
}

/** What happens to one name, or to two of them at once: a rename is kept as a whole or not at all. */
export interface NameChange {
  readonly steps: readonly NameStep[];
  /** The directory that goes with the change, which can only be an empty one. */
  readonly emptied?: DirectoryNode;
}

/** The names of a disk, with those that are not durable yet. */
export interface Names {
  change(change: NameChange, mtimeMs: number): void;
  /** Makes all names of a directory durable. */
  makeDurable(directory: DirectoryNode): void;
  /** The names of a directory after a power loss. */
  after(fate: Fate): (directory: DirectoryNode) => ReadonlyMap<string, DiskNode>;
}

export function names(): Names {
  /** Oldest first. */
  let pending: NameChange[] = [];
  return {
    change(change, mtimeMs) {
      for (const { directory, name, node } of change.steps) {
        setName(directory.now, name, node);
        directory.mtimeMs = mtimeMs;
      }
      pending.push(change);
    },
    makeDurable(directory) {
      const made = withEarlier(pending, (change) => change.steps.some((step) => step.directory === directory));
      for (const { steps } of made) for (const { directory, name, node } of steps) setName(directory.durable, name, node);
      const done = new Set(made);
      pending = pending.filter((change) => !done.has(change));
    },
    after(fate) {
      const found = new Map<DirectoryNode, Map<string, DiskNode>>();
      const namesOf = (directory: DirectoryNode) => {
        const known = found.get(directory) ?? new Map(directory.durable);
        found.set(directory, known);
        return known;
      };
      for (const { steps } of withEarlier(pending, () => fate.keepsName())) {
        for (const { directory, name, node } of steps) setName(namesOf(directory), name, node);
      }
      return namesOf;
    },
  };
}

function setName(entries: Map<string, DiskNode>, name: string, node: DiskNode | undefined): void {
  if (node === undefined) entries.delete(name);
  else entries.set(name, node);
}

/**
 * The chosen changes and what has to be there before them, oldest first: different names reach the disk in any order, but what
 * happens to one name happens in its order, and a directory goes only after all that was in it.
 */
function withEarlier(changes: readonly NameChange[], chosen: (change: NameChange) => boolean): readonly NameChange[] {
  const keys = new Set<string>();
  const emptied = new Set<DirectoryNode>();
  const found = changes.toReversed().filter((change) => {
    const needed = change.steps.some((step) => keys.has(keyOf(step)) || emptied.has(step.directory));
    if (!chosen(change) && !needed) return false;
    for (const step of change.steps) keys.add(keyOf(step));
    if (change.emptied) emptied.add(change.emptied);
    return true;
  });
  return found.reverse();
}

function keyOf({ directory, name }: NameStep): string {
  return `${directory.ino}/${name}`;
}
