import { readFile } from "node:fs/promises";
import type { Git } from "../git/git.ts";
import type { StageCall } from "./capture.ts";

/**
 * Without the files that a working tree got by `.dadinclude`, whatever its `.gitignore` files say by now. What has become part of the
 * tree is none of them any more.
 */
export async function withoutIncluded(
  git: Git,
  paths: readonly string[],
  { list, ...call }: StageCall & { readonly list: string },
): Promise<string[]> {
  const text = await readFile(list, "latin1").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
  const included = new Set(text.split("\0"));
  if (!paths.some((path) => included.has(path))) return [...paths];
  const tracked = new Set((await git.bytes(["ls-files", "--cached", "-z"], call)).toString("latin1").split("\0"));
  return paths.filter((path) => !included.has(path) || tracked.has(path));
}
