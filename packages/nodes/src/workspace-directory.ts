import { lstat, realpath } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { NodeContext } from "@dad/agent";
import { DirectoryError } from "./errors.ts";
import { plainPath, prefixesOf, refusalOf } from "./guarded-path.ts";

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
  const top = { workspace, absolute: workspace, relative: "." };
  return plainPath(directory) === "." ? top : directoryIn(top, directory, { place: "the directory", top: "the workspace" });
}

/** How a directory and the one that it is in are called in what people read. */
export interface DirectoryNames {
  readonly place: string;
  readonly top: string;
}

/** A directory in one that is known. @throws DirectoryError (`DIRECTORY_UNUSABLE`) */
export async function directoryIn(base: WorkspaceDirectory, given: string, { place, top }: DirectoryNames): Promise<WorkspaceDirectory> {
  const directory = plainPath(given);
  if (directory === ".") return base;
  const unusable = (problem: string, cause?: unknown): DirectoryError => new DirectoryError(given, problem, { cause, place });
  const refusal = refusalOf(directory);
  if (refusal !== undefined) throw unusable(refusal);
  for (const prefix of prefixesOf(directory)) {
    const stats = await lstat(join(base.absolute, prefix)).catch((cause: unknown) => {
      throw unusable(`${top} has no ${JSON.stringify(prefix)}`, cause);
    });
    if (stats.isSymbolicLink()) throw unusable(`${JSON.stringify(prefix)} is a link, and links are not followed`);
    if (!stats.isDirectory()) throw unusable(`${JSON.stringify(prefix)} is not a directory`);
  }
  const relative = base.relative === "." ? directory : `${base.relative}/${directory}`;
  return { workspace: base.workspace, absolute: join(base.absolute, directory), relative };
}

/** A path that may be relative to the workspace: the directory of the outcome, or else where commands run. */
export function absoluteInWorkspace({ workspace, space }: Place, path: string): string {
  return resolve(workspace ?? space.cwd, path);
}
