import { WRITING_PREFIX } from "@dad/disk";
import { OutcomePathError } from "@dad/outcome";
import type { StageCall } from "./capture.ts";
import type { Git } from "../git/git.ts";
import { listWorkTree } from "./list-work-tree.ts";
import { bytesOf, shown } from "../git/tree-path.ts";

export interface ListOptions {
  /** Paths below the working tree that are left out. */
  readonly except?: readonly string[];
  /** The id of a file without content; it need not exist. */
  readonly emptyBlob: string;
}

const MAX_NESTING = 32;

/**
 * What is not as the index has it, in the order of bytes, one character a byte. Honours the `.gitignore` files of the working tree.
 *
 * git takes a directory with a repository of its own for one thing, and would leave out its files. Not so when the index has
 * something in it: a placeholder is put there, and is one of the paths as long as there is no such file.
 */
export async function changedPaths(git: Git, { except = [], emptyBlob }: ListOptions, call: StageCall): Promise<string[]> {
  const within = ["--", ".", ...except.map((path) => `:(exclude,top,literal)${path}`)];
  const listing = ["ls-files", "--others", "--modified", "--deleted", "--exclude-standard", `--exclude=${WRITING_PREFIX}*`, "-z", ...within];
  for (let depth = 0; ; depth++) {
    const listed = new Set((await listWorkTree(git, listing, call)).toString("latin1").split("\0"));
    listed.delete("");
    const nested = [...listed].filter((path) => path.endsWith("/"));
    if (nested[0] === undefined) return [...listed].toSorted(byBytes);
    if (depth === MAX_NESTING) throw new OutcomePathError(shown(nested[0]), `it is a repository in ${MAX_NESTING} others`);
    const input = nested.map((path) => `100644 ${emptyBlob}\t${path}.dad-placeholder\0`).join("");
    await git.run(["update-index", "-z", "--index-info"], { ...call, input: bytesOf(input) });
  }
}

export function byBytes(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
