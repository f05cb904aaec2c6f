import { constants, type Dirent } from "node:fs";
import { type FileHandle, open, readdir, readlink, realpath } from "node:fs/promises";

/** Neither follows a link in the last part nor waits for the writer of a pipe. What Windows has no flag for is 0 there. */
const READ = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/**
 * Opens what is at an absolute path without links, and at no other place: a link that was put on the way since it was
 * looked at leads elsewhere. Linux says of an open file where it is; elsewhere the path is looked at once more.
 *
 * @throws when it cannot be opened, or was found elsewhere.
 */
export async function openInPlace(path: string): Promise<FileHandle> {
  const file = await open(path, READ);
  try {
    const place = await readlink(descriptor(file)).catch(() => realpath(path));
    if (place !== path) throw new Error(`${path} has become a way to another place`);
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** What is in a directory, in the same way. */
export async function listInPlace(path: string): Promise<Dirent[]> {
  await using directory = await openInPlace(path);
  return await readdir(process.platform === "linux" ? descriptor(directory) : path, { withFileTypes: true });
}

function descriptor({ fd }: FileHandle): string {
  return `/proc/self/fd/${fd}`;
}
