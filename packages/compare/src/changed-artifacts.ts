import type { ArtifactChange, ArtifactEntry } from "@dad/protocol";
import type { EntryPair, Pair, PairReader } from "./read-pair.ts";

/** What is told in its own way, and what says how long something took: `result` differs always. */
const TOLD_ELSEWHERE: ReadonlySet<string> = new Set(["input", "outcome", "error", "result"]);

/** The artifact of a name, of two attempts. */
export function entryPair({ before, after }: Pair<readonly ArtifactEntry[]>, name: string): EntryPair {
  const find = (artifacts: readonly ArtifactEntry[]) => artifacts.find((entry) => entry.name === name);
  return { before: find(before), after: find(after) };
}

/** The artifacts that differ in more than the names of the runs, besides those that are told in another way. */
export async function changedArtifacts(
  artifacts: Pair<readonly ArtifactEntry[]>,
  reader: PairReader,
  { without }: { readonly without: readonly string[] },
): Promise<ArtifactChange[]> {
  const [before, after] = [byName(artifacts.before), byName(artifacts.after)];
  const changes: ArtifactChange[] = [];
  for (const name of new Set([...before.keys(), ...after.keys()])) {
    if (TOLD_ELSEWHERE.has(name) || without.includes(name)) continue;
    const pair = { before: before.get(name), after: after.get(name) };
    if (await reader.sameText(pair)) continue;
    changes.push({ name, ...(pair.before ? { before: contentOf(pair.before) } : {}), ...(pair.after ? { after: contentOf(pair.after) } : {}) });
  }
  return changes;
}

function byName(artifacts: readonly ArtifactEntry[]): ReadonlyMap<string, ArtifactEntry> {
  return new Map(artifacts.map((entry) => [entry.name, entry]));
}

function contentOf({ digest, size, path }: ArtifactEntry): NonNullable<ArtifactChange["before"]> {
  return { digest, size, path };
}
