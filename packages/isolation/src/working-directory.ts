import { stat } from "node:fs/promises";
import { isAbsolute, relative, resolve, sep } from "node:path";
import { WorkingDirectoryError } from "./errors.ts";

/** The directory that a command runs in, which is there. An absolute one is meant; a relative one that leaves the workspace is a mistake. */
export async function resolveWorkingDirectory(workspace: string, cwd: string): Promise<string> {
  const directory = placeWorkingDirectory(workspace, cwd);
  await assertDirectory(directory);
  return directory;
}

/** Where that directory is, without asking whether it is there: only the space may know. @throws WorkingDirectoryError (`CWD_INVALID`). */
export function placeWorkingDirectory(workspace: string, cwd: string): string {
  const directory = resolve(workspace, cwd);
  if (!isAbsolute(cwd) && leads(relative(workspace, directory)))
    throw new WorkingDirectoryError(cwd, { reason: "it leaves the workspace; an absolute path may" });
  if (directory.includes("\0")) throw new WorkingDirectoryError(directory, { reason: "a path holds no NUL" });
  return directory;
}

/** @throws WorkingDirectoryError when there is no such directory. */
async function assertDirectory(directory: string): Promise<void> {
  const found = await stat(directory).catch((cause: unknown) => {
    throw new WorkingDirectoryError(directory, { cause });
  });
  if (!found.isDirectory()) throw new WorkingDirectoryError(directory);
}

function leads(path: string): boolean {
  return path === ".." || path.startsWith(`..${sep}`) || isAbsolute(path);
}
