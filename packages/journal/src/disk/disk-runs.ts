import { resolve } from "node:path";
import { type DiskFs, kernelLocks, type Locks, nodeDisk } from "@dad/disk";
import type { RunRoot } from "./run-lease.ts";

/** A directory of runs: what writes to it, and what checks and mends it, name it in the same way. */
export interface DiskRuns {
  /** The directory that holds the runs, one directory each. */
  readonly root: string;
  /** Default: the disk of this machine. */
  readonly fs?: DiskFs;
  /** What keeps a run to one writer. Must fit `fs`. Default: locks that the kernel keeps. */
  readonly locks?: Locks;
}

export function runRootOf({ root, fs = nodeDisk, locks = kernelLocks() }: DiskRuns): RunRoot {
  return { root: resolve(root), fs, locks };
}
