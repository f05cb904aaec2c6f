import { createHash, type Hash } from "node:crypto";
import { join } from "node:path";
import { isGitName } from "../guarded-path.ts";
import { listInPlace, inPlace } from "../open-in-place.ts";
import { PlanProblem, stampOf, statsAt } from "./planned-tree.ts";

/**
 * Changes when anything in a directory is another one or was written to; not when the directory is moved.
 *
 * @throws PlanProblem when a git repository is in it.
 */
export async function directoryStamp(directory: string): Promise<string> {
  const hash = createHash("sha256");
  await addTo(hash, directory, "");
  return `directory:${hash.digest("base64url")}`;
}

async function addTo(hash: Hash, directory: string, from: string): Promise<void> {
  const entries = (await listInPlace(directory)).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  if (entries.some(({ name }) => isGitName(name))) throw new PlanProblem("it holds a git repository, which is not to be touched", { refused: true });
  await inPlace(directory, async (place) => {
    for (const { name } of entries) {
      const stats = await statsAt(join(place, name));
      // The time of a directory says what its entries say.
      hash.update(`${from}${name}\0${stats === undefined ? "" : stats.isDirectory() ? stats.ino : stampOf(stats)}\0`);
    }
  });
  for (const entry of entries) if (entry.isDirectory()) await addTo(hash, join(directory, entry.name), `${from}${entry.name}/`);
}
