import { lstat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { NodeContext } from "@dad/agent";
import { refusalOf } from "../guarded-path.ts";
import { workspaceDirectory, type WorkspaceDirectory } from "../workspace-directory.ts";
import { FileUnusableError } from "./folder-errors.ts";

type Place = Pick<NodeContext, "workspace" | "space">;

/** The absolute path of a regular file that is reached without following a link. @throws FileUnusableError (`FILE_UNUSABLE`), and DirectoryError (`DIRECTORY_UNUSABLE`) for the directory that it is in. */
export async function workspaceFile(context: Place, path: string): Promise<{ readonly absolute: string }> {
  const refusal = refusalOf(path);
  if (refusal !== undefined) throw new FileUnusableError(path, refusal);
  const directory = await workspaceDirectory(context, dirname(path));
  const absolute = join(directory.absolute, basename(path));
  const stats = await lstat(absolute).catch((cause: unknown) => {
    throw new FileUnusableError(path, "there is no such file", { cause });
  });
  if (stats.isSymbolicLink()) throw new FileUnusableError(path, "it is a link, and links are not followed");
  if (!stats.isFile()) throw new FileUnusableError(path, stats.isDirectory() ? "it is a directory" : "it is not a regular file");
  return { absolute };
}

/** True for a regular file, false for anything else and for nothing. */
export async function isWorkspaceFile(base: WorkspaceDirectory, path: string): Promise<boolean> {
  if (refusalOf(path) !== undefined) return false;
  const stats = await lstat(join(base.workspace, path)).catch(() => undefined);
  return stats?.isFile() ?? false;
}
