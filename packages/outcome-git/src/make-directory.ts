import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { OutcomeFailedError } from "@dad/outcome";

/**
 * Makes a directory with all that lead to it, one by one. `mkdir` of Node with `recursive` never comes back from a place
 * like `/proc`, which says that a directory is missing while it is there.
 *
 * @throws OutcomeFailedError (`OUTCOME_FAILED`) that names the one that cannot be made.
 */
export async function makeDirectory(path: string): Promise<void> {
  if (await isDirectory(path)) return;
  const parent = dirname(path);
  if (parent !== path) await makeDirectory(parent);
  try {
    await mkdir(path);
  } catch (cause) {
    // Somebody else may have made it at the same time.
    if (!(await isDirectory(path))) throw new OutcomeFailedError("make a directory", path, { cause });
  }
}

async function isDirectory(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
}
