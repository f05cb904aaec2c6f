import { mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { confinedDirectory } from "@dad/disk";
import type { RunId } from "@dad/protocol";
import { directoriesLeft, ownerName } from "./owner.ts";

/** `HOME` of a space. It is made with its first command: a space that runs none leaves no trace. */
export interface Home {
  readonly path: string;
  make(): Promise<void>;
  /** Removes it, unless another space of the run is in it. From now on it is not made again. */
  leave(): Promise<void>;
}

const PREFIX = "dad-home-";

/** Gives the home for a space of a run. */
export type Homes = (space: { readonly id: string; readonly runId: RunId }) => Home;

/** One for each run, in a directory, or one for each space, in the temporary directory of the machine. */
export function homes(directory: string | undefined): Homes {
  /** How many spaces are in each. */
  const used = new Map<string, number>();
  return ({ id, runId }) => {
    const path = directory === undefined ? join(tmpdir(), `${PREFIX}${ownerName()}-${id}`) : join(directory, runId);
    let making: Promise<unknown> | undefined;
    let left: Promise<void> | undefined;

    async function leave(): Promise<void> {
      // What could not be made was said to whoever needed it.
      await making?.catch(() => undefined);
      const others = (used.get(path) ?? 0) - (making ? 1 : 0);
      if (others > 0) return void used.set(path, others);
      used.delete(path);
      await remove(path);
    }
    return {
      path,
      async make() {
        if (left) return;
        if (!making) used.set(path, (used.get(path) ?? 0) + 1);
        // Nobody else on this machine has to read what programs leave there.
        making ??= mkdir(path, { recursive: true, mode: 0o700 });
        await making;
      },
      leave: () => (left ??= leave()),
    };
  };
}

/**
 * What cannot be removed is no part of any result, and no run fails for it: it stays where garbage is looked for. Removed by held
 * directories: commands may have made paths that are too long, or that nobody may enter.
 */
async function remove(path: string): Promise<void> {
  const directory = confinedDirectory({ root: dirname(path), failure: (_operation, _path, cause) => cause as Error });
  await directory.remove(basename(path)).catch(() => undefined);
}

/** Removes the temporary homes of processes that are gone. Those in a directory of runs belong to runs that may go on: whoever collects garbage there removes them. */
export async function removeLeftHomes(directory: string | undefined): Promise<readonly string[]> {
  if (directory !== undefined) return [];
  const left = await directoriesLeft(PREFIX);
  await Promise.all(left.map(remove));
  return left;
}
