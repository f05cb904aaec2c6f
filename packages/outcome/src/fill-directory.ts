import { randomUUID } from "node:crypto";
import { mkdir, readdir, rename, rm, rmdir, stat } from "node:fs/promises";
import { dirname, isAbsolute, join, resolve, sep } from "node:path";
import { OutcomeDirectoryError, OutcomeFailedError } from "./errors.ts";
import type { AbortOptions } from "./outcome-repository.ts";

/**
 * Fills a directory that is empty, or not there, with what `write` puts into another one, that it is given; or leaves everything as it was.
 * The directory is seen empty, but for that other one, until all is written. For adapters.
 *
 * @throws TypeError for a path that is not absolute.
 * @throws OutcomeDirectoryError (`OUTCOME_DIRECTORY_TAKEN`) when something is in it, be it that somebody else fills it at this moment.
 * @throws OutcomeFailedError (`OUTCOME_FAILED`) when it cannot be made.
 */
export async function fillDirectory<Result>(path: string, write: (fresh: string) => Promise<Result>, { signal }: AbortOptions = {}): Promise<Result> {
  if (!isAbsolute(path)) throw new TypeError(`the files of a commit are written to an absolute path, not ${JSON.stringify(path)}`);
  signal?.throwIfAborted();
  const directory = resolve(path);
  const made = await makeDirectory(directory);
  try {
    return await fill(directory, write, signal);
  } catch (error) {
    if (made !== undefined) await removeEmpty(directory, made);
    throw error;
  }
}

async function fill<Result>(directory: string, write: (fresh: string) => Promise<Result>, signal: AbortSignal | undefined): Promise<Result> {
  const name = `.dad-checkout-${randomUUID()}`;
  const fresh = join(directory, name);
  const moved: Buffer[] = [];
  await assertOnly(directory, []);
  await failing("make a directory", fresh, mkdir(fresh));
  try {
    // Of several that come at the same time each sees what the others have made.
    await assertOnly(directory, [name]);
    const result = await write(fresh);
    signal?.throwIfAborted();
    // Not all names are text.
    for (const entry of await failing("list", fresh, readdir(fresh, { encoding: "buffer" }))) {
      const place = below(directory, entry);
      await failing("put in its place", String(place), rename(below(fresh, entry), place));
      moved.push(place);
    }
    await failing("remove", fresh, rmdir(fresh));
    return result;
  } catch (error) {
    for (const written of [...moved, fresh]) await failing("remove", String(written), rm(written, { recursive: true, force: true }));
    throw error;
  }
}

function below(directory: string, name: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${directory}${sep}`), name]);
}

/**
 * Makes it, and answers the first of those that it had to make. One by one: `mkdir` of Node with `recursive` never comes back from a
 * place like `/proc`, which says that a directory is missing while it is there.
 */
async function makeDirectory(directory: string): Promise<string | undefined> {
  const missing: string[] = [];
  for (let path = directory; !(await isDirectory(path)); path = dirname(path)) missing.unshift(path);
  const [first] = missing;
  for (const path of missing) {
    await mkdir(path).catch(async (cause: NodeJS.ErrnoException) => {
      // Somebody else may have made it at the same time.
      if (cause.code === "EEXIST" && (await isDirectory(path))) return;
      if (first !== undefined) await removeEmpty(dirname(path), first);
      if (cause.code === "EEXIST" || cause.code === "ENOTDIR")
        throw new OutcomeDirectoryError(directory, "a file is there, or on the way to it", { cause });
      throw new OutcomeFailedError("make a directory", path, { cause });
    });
  }
  return first;
}

async function isDirectory(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

async function assertOnly(directory: string, own: readonly string[]): Promise<void> {
  const other = (await failing("list", directory, readdir(directory))).find((name) => !own.includes(name));
  if (other !== undefined) throw new OutcomeDirectoryError(directory, `${JSON.stringify(other)} is in it`);
}

/** Removes a directory, and those on the way down to it, as far as nothing is in them. */
async function removeEmpty(directory: string, first: string): Promise<void> {
  for (let path = directory; path.length >= first.length; path = dirname(path)) {
    const removed = await rmdir(path).then(
      () => true,
      () => false,
    );
    if (!removed) return;
  }
}

async function failing<Result>(action: string, path: string, work: Promise<Result>): Promise<Result> {
  return work.catch((cause: unknown) => {
    throw new OutcomeFailedError(action, path, { cause });
  });
}
