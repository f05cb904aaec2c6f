import type { Git, GitCall } from "./git.ts";

/** What a tree has at a path of one character a byte: not all of them are text. */
export interface TreeEntry {
  readonly mode: string;
  readonly object: string;
  readonly path: string;
}

/** The files of a tree, or of that of a commit, with those in its directories. A place for a repository is one. */
export async function listTree(git: Git, tree: string, call: GitCall): Promise<TreeEntry[]> {
  const text = (await git.bytes(["ls-tree", "-r", "-z", "--full-tree", tree], call)).toString("latin1");
  return text.split("\0").flatMap((line) => {
    const [, mode, object, path] = /^(\d+) \w+ ([0-9a-f]+)\t([^]+)$/.exec(line) ?? [];
    return mode && object && path ? [{ mode, object, path }] : [];
  });
}
