import { lstat, realpath } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { NodeContext } from "@dad/agent";
import { DirectoryError } from "./errors.ts";
import { prefixesOf, refusalOf } from "./guarded-path.ts";

type Place = Pick<NodeContext, "workspace" | "space">;

/** A directory in the workspace that is reached without following a link. */
export interface WorkspaceDirectory {
  /** Absolute path of the workspace, without links. */
  readonly workspace: string;
  /** Absolute path of the directory, without links. */
  readonly absolute: string;
  /** From the workspace, with `/`: the same on every machine. `.` for the workspace itself. */
  readonly relative: string;
}

/** @throws DirectoryError (`DIRECTORY_UNUSABLE`) for what is outside of the workspace, behind a link, or no directory. */
export async function workspaceDirectory(context: Place, directory: string): Promise<WorkspaceDirectory> {
  const workspace = await realpath(absoluteInWorkspace(context, ".")).catch((cause: unknown) => {
    throw new DirectoryError(directory, "there is no workspace", { cause });
  });
  if (directory === ".") return { workspace, absolute: workspace, relative: "." };
  const refusal = refusalOf(directory);
  if (refusal !== undefined) throw new DirectoryError(directory, refusal);
  for (const prefix of prefixesOf(directory)) {
    const stats = await lstat(join(workspace, prefix)).catch((cause: unknown) => {
      throw new DirectoryError(directory, `the workspace has no ${JSON.stringify(prefix)}`, { cause });
    });
    if (stats.isSymbolicLink()) throw new DirectoryError(directory, `${JSON.stringify(prefix)} is a link, and links are not followed`);
    if (!stats.isDirectory()) throw new DirectoryError(directory, `${JSON.stringify(prefix)} is not a directory`);
  }
  return { workspace, absolute: join(workspace, directory), relative: directory };
}

/** A path that may be relative to the workspace: the directory of the outcome, or else where commands run. */
export function absoluteInWorkspace({ workspace, space }: Place, path: string): string {
  return resolve(workspace ?? space.cwd, path);
}
