import type { ConfinedDirectory, ConfinedStats } from "@dad/disk";
import { OutcomePathError } from "@dad/outcome";
import type { CaptureRules } from "./capture-rules.ts";

/** Beyond that nobody counts names. */
const LIMITS = { entries: 2 ** 20, bytes: Infinity, depth: 256 };

/** Makes sure that a file with more than one name has all of them in the tree. Asked often, it looks at the tree once, and only if there is such a file. */
export type OwnNames = (path: string, stats: ConfinedStats) => Promise<void>;

/** @throws OutcomePathError (`OUTCOME_PATH_INVALID`) from what it answers. */
export function ownNames(files: ConfinedDirectory, { hardLinks = "inside" }: CaptureRules, signal?: AbortSignal): OwnNames {
  let counting: Promise<ReadonlyMap<string, number>> | undefined;
  return async (path, { id, nlink }) => {
    if (nlink <= 1 || hardLinks === "any") return;
    const found = (await (counting ??= countNames(files, signal))).get(id) ?? 0;
    if (found < nlink)
      throw new OutcomePathError(path, `it has ${nlink} names (hard links), ${found} of them in the working tree: put a copy in its place`);
  };
}

async function countNames(files: ConfinedDirectory, signal: AbortSignal | undefined): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  for await (const { kind, nlink, id } of files.walk({ limits: LIMITS, signal })) {
    if (kind === "file" && nlink > 1) counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return counts;
}
