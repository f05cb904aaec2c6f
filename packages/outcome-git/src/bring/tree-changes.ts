import type { OutcomeChangeRange } from "@dad/outcome";
import type { CapturedEntry } from "../tree/captured-entry.ts";
import { byBytes } from "../tree/changed-paths.ts";
import type { Git, GitCall } from "../git/git.ts";

/** A path of one character a byte, and what two trees have there. */
export interface TreeChange {
  readonly path: string;
  readonly from: CapturedEntry;
  readonly to: CapturedEntry;
}

const NO_MODE = "000000";

/** What differs between two trees, in the order of bytes. */
export async function compareTrees(git: Git, { from, to }: OutcomeChangeRange, call: GitCall): Promise<TreeChange[]> {
  const comparing = ["diff-tree", "-r", "--no-renames", "--no-ext-diff", "--no-textconv", "--raw", "--no-abbrev", "-z", from, to, "--"];
  const fields = (await git.bytes(comparing, call)).toString("latin1").split("\0");
  const changes: TreeChange[] = [];
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [fromMode = "", toMode = "", fromObject = "", toObject = ""] = (fields[at] ?? "").slice(1).split(" ");
    changes.push({ path: fields[at + 1] ?? "", from: entryOf(fromMode, fromObject), to: entryOf(toMode, toObject) });
  }
  return changes.toSorted((left, right) => byBytes(left.path, right.path));
}

function entryOf(mode: string, object: string): CapturedEntry {
  return mode === NO_MODE ? undefined : { mode, object };
}

export function isSameEntry(one: CapturedEntry, other: CapturedEntry): boolean {
  return one?.mode === other?.mode && one?.object === other?.object;
}
