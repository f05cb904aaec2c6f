import { randomUUID } from "node:crypto";
import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { OutcomeFailedError } from "@dad/outcome";
import { indexFile } from "./index-file.ts";

/** A directory for objects that are not yet to be part of a repository. What is not kept goes. */
export interface Quarantine extends AsyncDisposable {
  readonly objects: string;
  /** Makes its objects those of the repository. */
  keep(): Promise<void>;
}

/** Its name is one by which what a killed process leaves is known to be of no use. */
export async function openQuarantine(gitDir: string): Promise<Quarantine> {
  const objects = indexFile(gitDir, `seed-${randomUUID()}`);
  await mkdir(objects);
  return {
    objects,
    keep: () => keepObjects(objects, join(gitDir, "objects")),
    [Symbol.asyncDispose]: () => rm(objects, { recursive: true, force: true }),
  };
}

async function keepObjects(from: string, to: string): Promise<void> {
  try {
    for (const name of await readdir(from)) if (name === "pack" || /^[0-9a-f]{2}$/.test(name)) await moveAll(join(from, name), join(to, name));
  } catch (cause) {
    throw new OutcomeFailedError("keep what was committed", to, { cause });
  }
}

async function moveAll(from: string, to: string): Promise<void> {
  const names = (await readdir(from)).filter((name) => /^(pack-[0-9a-f]+\.\w+|[0-9a-f]{38,62})$/.test(name));
  // A pack is one for others as soon as it has an index.
  for (const name of names.toSorted((left, right) => Number(left.endsWith(".idx")) - Number(right.endsWith(".idx"))))
    await move(join(from, name), to, name);
}

const MOST_TRIES = 1000;

/** `git gc` takes away directories of objects with nothing in them, also one that was made at this moment. */
async function move(place: string, to: string, name: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await mkdir(to, { recursive: true });
      return await rename(place, join(to, name));
    } catch (error) {
      if (tries === MOST_TRIES || !(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
    }
  }
}
