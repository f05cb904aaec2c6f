import { dirname, join, resolve } from "node:path";
import { isFile } from "./is-file.ts";

/** In the order of preference within one directory. */
export const CONFIG_FILE_NAMES = ["dad.config.ts", "dad.config.mts", "dad.config.js", "dad.config.mjs"] as const;

/**
 * The nearest config file, in this directory or above it up to the root of the file system. `undefined` when there is none.
 *
 * @throws ConfigUnreadableError (`CONFIG_UNREADABLE`) when it cannot be known whether there is one.
 */
export async function findConfig(startDirectory: string, options?: { readonly signal?: AbortSignal }): Promise<string | undefined> {
  for (const directory of upwards(resolve(startDirectory))) {
    for (const name of CONFIG_FILE_NAMES) {
      options?.signal?.throwIfAborted();
      const file = join(directory, name);
      if (await isFile(file)) return file;
    }
  }
  return undefined;
}

function* upwards(directory: string): Iterable<string> {
  yield directory;
  const parent = dirname(directory);
  if (parent !== directory) yield* upwards(parent);
}
