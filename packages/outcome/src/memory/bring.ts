import type { OutcomeFile } from "../outcome-repository.ts";
import { changesBetween, sameFile, type Tree } from "./tree.ts";
import type { WorkTree } from "./work-tree.ts";

/** What a path is to have: a file, or nothing. */
export interface PathChange {
  readonly path: string;
  readonly file: OutcomeFile | undefined;
}

export interface BringPlan {
  readonly changes: readonly PathChange[];
  /** The paths where the working tree has something else than either side. With any, nothing may be changed. */
  readonly conflicts: readonly string[];
}

/** What is to be done to a working tree so that it gets what differs between two trees. */
export function planBring({ from, to }: { readonly from: Tree; readonly to: Tree }, { files, links }: WorkTree): BringPlan {
  const paths = changesBetween(from, to).map(({ path }) => path);
  // What is gone already is not looked for again: the way there may lead through a link by now.
  const changes = paths.filter((path) => to.has(path) || files.has(path)).map((path) => ({ path, file: to.get(path) }));
  const result = new Set([...files.keys(), ...links]);
  for (const { path, file } of changes) {
    if (file) result.add(path);
    else result.delete(path);
  }
  const inTheWay = otherThanFiles(result);
  const conflicts = paths.filter((path) => {
    const now = files.get(path);
    const expected = sameFile(now, from.get(path)) || sameFile(now, to.get(path));
    return !expected || links.includes(path) || (to.has(path) && inTheWay(path));
  });
  return { changes, conflicts };
}

/** Whether a path is a directory of one of these, or one of these is on the way to it. */
function otherThanFiles(paths: ReadonlySet<string>): (path: string) => boolean {
  const directories = new Set([...paths].flatMap(directoriesOf));
  return (path) => directories.has(path) || directoriesOf(path).some((directory) => paths.has(directory));
}

function directoriesOf(path: string): string[] {
  const parts = path.split("/");
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join("/"));
}
