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
  await mkdir(to, { recursive: true });
  const names = (await readdir(from)).filter((name) => /^(pack-[0-9a-f]+\.\w+|[0-9a-f]{38,62})$/.test(name));
  // A pack is one for others as soon as it has an index.
  for (const name of names.toSorted((left, right) => Number(left.endsWith(".idx")) - Number(right.endsWith(".idx"))))
    await rename(join(from, name), join(to, name));
}
