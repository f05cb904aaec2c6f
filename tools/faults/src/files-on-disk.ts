import { constants } from "node:fs";
import { lstat, readdir, readFile, readlink } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import type { Files, GitFile } from "./git-tree.ts";

/** The files below a directory as git would have them. */
export async function filesOnDisk(directory: string): Promise<Files> {
  const entries = (await readdir(directory, { recursive: true, withFileTypes: true })).filter((entry) => !entry.isDirectory());
  const paths = entries.map(({ parentPath, name }) => join(parentPath, name));
  return new Map(await Promise.all(paths.map(async (path) => [relative(directory, path).replaceAll(sep, "/"), await fileAt(path)] as const)));
}

async function fileAt(path: string): Promise<GitFile> {
  const { mode } = await lstat(path);
  if ((mode & constants.S_IFMT) === constants.S_IFLNK) return { mode: "120000", text: await readlink(path) };
  return { mode: (mode & constants.S_IXUSR) === 0 ? "100644" : "100755", text: await readFile(path, "utf8") };
}
