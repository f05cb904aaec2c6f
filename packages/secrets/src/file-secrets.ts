import { constants } from "node:fs";
import { type FileHandle, lstat, open, realpath } from "node:fs/promises";
import { isAbsolute, relative, resolve } from "node:path";
import { SecretUnavailableError } from "./errors.ts";
import { secretText } from "./secret-text.ts";
import type { SecretSource } from "./secret-source.ts";

const MOST_BYTES = 65_536;
const ACCESS_OF_OTHERS = 0o077;

export interface FileSecretsOptions {
  /** From here go paths that are not absolute. */
  readonly directory: string;
}

/**
 * Files: `file:path`. A file that other users of the machine can read or change is refused, and so is a path of the directory that leads
 * out of it by a link. On Windows there is no such check of who can read it.
 */
export function fileSecrets({ directory }: FileSecretsOptions): SecretSource {
  const scheme = "file";
  return {
    scheme,
    async read(rest, { signal } = {}) {
      signal?.throwIfAborted();
      const unavailable = (problem: string, cause?: unknown): SecretUnavailableError =>
        new SecretUnavailableError(`${scheme}:${rest}`, problem, cause === undefined ? {} : { cause });
      if (rest.startsWith("~")) throw unavailable("~ means nothing here. Write the whole path");
      const path = resolve(directory, rest);
      try {
        await using file = await openFile(path);
        // First, so that nobody is told to change a file elsewhere.
        const problem = (isAbsolute(rest) ? undefined : await leadsOut(file, path, directory)) ?? (await problemOf(file, path));
        if (problem !== undefined) throw unavailable(problem);
        const content = await readUpTo(file, MOST_BYTES + 1);
        signal?.throwIfAborted();
        if (content.length > MOST_BYTES) throw unavailable(`${path} has more than ${MOST_BYTES} bytes, which is no secret`);
        return secretText(content) ?? fail(unavailable(`${path} is empty, or is no text`));
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (error instanceof SecretUnavailableError || signal?.aborted) throw error;
        throw unavailable(code === "ENOENT" ? `there is no file ${path}. Make it, with the secret alone in it` : `${path} cannot be read`, error);
      }
    },
  };
}

/** What is looked at is what is read, whatever is done to its name meanwhile. A pipe that nobody writes to is not waited for. */
function openFile(path: string): Promise<FileHandle> {
  return open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
}

async function problemOf(file: FileHandle, path: string): Promise<string | undefined> {
  const stat = await file.stat();
  if (!stat.isFile()) return `${path} is not a regular file`;
  if (process.platform !== "win32" && (stat.mode & ACCESS_OF_OTHERS) !== 0) {
    return `other users of this machine can read or change ${path}. Run: chmod 600 ${quoted(path)}`;
  }
  return undefined;
}

/** Else whoever can make a link in the directory chooses which file of this user is sent somewhere. */
async function leadsOut(file: FileHandle, path: string, directory: string): Promise<string | undefined> {
  const isInside = (child: string, parent: string): boolean => {
    const way = relative(parent, child);
    return way !== ".." && !way.startsWith("../") && !way.startsWith("..\\") && !isAbsolute(way);
  };
  if (!isInside(path, directory)) return undefined;
  const [real, root] = await Promise.all([realpath(path), realpath(directory)]);
  const [opened, named] = await Promise.all([file.stat({ bigint: true }), lstat(real, { bigint: true })]);
  if (isInside(real, root) && opened.ino === named.ino && opened.dev === named.dev) return undefined;
  return `${path} is a link out of ${directory}. Name the file itself`;
}

async function readUpTo(file: FileHandle, most: number): Promise<Buffer> {
  const content = Buffer.alloc(most);
  let size = 0;
  for (;;) {
    const { bytesRead } = await file.read(content, size, most - size);
    size += bytesRead;
    if (bytesRead === 0 || size === most) return content.subarray(0, size);
  }
}

function quoted(path: string): string {
  return /^[\w/.,:@%+-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`;
}

function fail(error: Error): never {
  throw error;
}
