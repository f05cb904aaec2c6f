import { constants, type Dirent } from "node:fs";
import { type FileHandle, open, readdir, readlink, realpath, rmdir, unlink } from "node:fs/promises";
import { basename } from "node:path";

/** Neither follows a link in the last part nor waits for the writer of a pipe. What Windows has no flag for is 0 there. */
const READ = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/**
 * Opens what is at an absolute path without links, and at no other place: a link that was put on the way since it was
 * looked at leads elsewhere. Linux says of an open file where it is; elsewhere the path is looked at once more.
 *
 * @throws when it cannot be opened, or was found elsewhere.
 */
export async function openInPlace(path: string): Promise<FileHandle> {
  const file = await open(path, READ).catch((cause: unknown) => {
    if (!(cause instanceof Error && "code" in cause && cause.code === "ELOOP")) throw cause;
    const problem = `${JSON.stringify(basename(path))} has become a link, and links are not followed`;
    throw Object.assign(new Error(problem, { cause }), { code: cause.code });
  });
  try {
    const place = await readlink(descriptor(file)).catch(() => realpath(path));
    if (place !== path) throw new Error(`${path} has become a way to another place`);
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/**
 * Works in a directory at an absolute path without links, and in no other: on Linux under a path that leads to the directory
 * that was opened, whatever is put on the way meanwhile. Elsewhere it is looked at right before.
 */
export async function inPlace<Result>(path: string, work: (place: string) => Promise<Result>): Promise<Result> {
  await using directory = await openInPlace(path);
  return await work(placeOf(directory, path));
}

/** What is in a directory, in the same way. */
export function listInPlace(path: string): Promise<Dirent[]> {
  return inPlace(path, (place) => readdir(place, { withFileTypes: true }));
}

/** Removes everything in the directory at a place that {@link inPlace} gave, and goes through no link. */
export async function emptyInPlace(place: string | Buffer): Promise<void> {
  // Names are bytes: not all of them are text.
  for (const entry of await readdir(place, { withFileTypes: true, encoding: "buffer" })) {
    const path = Buffer.concat([Buffer.from(place), Buffer.from("/"), entry.name]);
    if (!entry.isDirectory()) {
      await unlink(path);
      continue;
    }
    await emptyOpened(path);
    await rmdir(path);
  }
}

async function emptyOpened(path: Buffer): Promise<void> {
  await using directory = await open(path, READ);
  await emptyInPlace(placeOf(directory, path));
}

function placeOf<Path>(directory: FileHandle, path: Path): string | Path {
  return process.platform === "linux" ? descriptor(directory) : path;
}

function descriptor({ fd }: FileHandle): string {
  return `/proc/self/fd/${fd}`;
}
