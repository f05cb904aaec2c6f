import { prefixesOf } from "../guarded-path.ts";
import { type IgnoreRules, ignoreRules } from "../folder/ignore-rules.ts";
import type { WorkspaceDirectory } from "../workspace-directory.ts";

/** Those of the files in a directory that the `.gitignore` files of the workspace leave out. */
export async function ignoredPaths(directory: WorkspaceDirectory, paths: readonly string[]): Promise<ReadonlySet<string>> {
  const known = new Map<string, Promise<IgnoreRules | undefined>>();
  const rulesIn = (place: string): Promise<IgnoreRules | undefined> => {
    const found = known.get(place) ?? findRules(place);
    known.set(place, found);
    return found;
  };
  /** `undefined`: the whole directory is left out. */
  const findRules = async (place: string): Promise<IgnoreRules | undefined> => {
    if (place === "") return ignoreRules(directory.workspace).inside("");
    const above = await rulesIn(prefixesOf(place).at(-2) ?? "");
    return above?.ignores(place, "directory") === false ? above.inside(place) : undefined;
  };
  const ignored = new Set<string>();
  for (const path of paths) {
    const full = directory.relative === "." ? path : `${directory.relative}/${path}`;
    const rules = await rulesIn(prefixesOf(full).at(-2) ?? "");
    if (rules?.ignores(full, "file") !== false) ignored.add(path);
  }
  return ignored;
}
