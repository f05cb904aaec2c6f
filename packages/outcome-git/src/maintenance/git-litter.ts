import { join } from "node:path";
import { diskOperations, nodeDisk } from "@dad/disk";
import { OutcomeFailedError } from "@dad/outcome";

const disk = diskOperations((operation, path, cause) => new OutcomeFailedError(operation, path, { cause }));

/** Where git works, and what names it gives to what is not finished there: it renames that, or takes it away, unless it is killed. */
const UNFINISHED: readonly (readonly [directory: string, names: RegExp])[] = [
  ["", /^((HEAD|packed-refs|config|shallow)\.lock|fast_import_crash_\d+)$/],
  ["refs", /\.lock$/],
  ["objects", /^(tmp_|\.tmp-)/],
];

/** What commands of git that were killed have left in a repository. What is at work at this moment has such files for a moment, too. */
export async function* unfinishedFiles(repository: string): AsyncGenerator<string, void> {
  for (const [directory, names] of UNFINISHED) yield* filesIn(join(repository, directory), { names, deep: directory !== "" });
}

async function* filesIn(directory: string, wanted: { readonly names: RegExp; readonly deep: boolean }): AsyncGenerator<string, void> {
  const entries = (await disk.ifPresent("list", directory, nodeDisk.readdir(directory, { withFileTypes: true }))) ?? [];
  for (const entry of entries) {
    const path = join(directory, entry.name);
    if (wanted.names.test(entry.name)) yield path;
    else if (wanted.deep && entry.isDirectory()) yield* filesIn(path, wanted);
  }
}
