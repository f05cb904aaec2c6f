import type { JournalStore } from "@dad/journal";
import { type ArtifactEntry, type Digest, digestOfBytes, digestOfJson, type Json, type RunId } from "@dad/protocol";
import { type NodeHistory, readHistory } from "@dad/run-context";
import type { ComparedPorts } from "./compare-runs.ts";
import { type ContentOf, contentsIn } from "./content-of.ts";
import { withoutOwnName } from "./own-name.ts";
import { MOST_BYTES } from "./read-pair.ts";
import type { AbortOptions } from "./run-record.ts";

export interface OutputsDigestOptions extends AbortOptions {
  readonly runId: RunId;
  /** Whether what a node gave is looked at. */
  readonly isMeant: (path: string) => boolean;
}

/**
 * Names what some nodes of a run gave: the same for runs whose nodes came to the same ends and gave the same, but for the names of the
 * runs in it, and of those they were made from.
 *
 * @throws `RUN_UNKNOWN`, `JOURNAL_DAMAGED`, `ARTIFACT_DAMAGED`.
 */
export async function outputsDigest(
  { journals, artifacts }: Pick<ComparedPorts, "artifacts"> & { readonly journals: JournalStore },
  { runId, isMeant, ...abort }: OutputsDigestOptions,
): Promise<Digest> {
  const { nodes, rerun } = await readHistory(journals, runId, abort);
  const contentOf = contentsIn({ journals, artifacts }, { runId, ...abort });
  const names = [runId, ...(rerun?.lineage ?? [])];
  const given: Json[] = [];
  // By path: what goes on side by side ends in any order.
  for (const node of [...nodes.values()].filter(({ path }) => isMeant(path)).sort(byPath)) {
    const outcome = node.artifacts.find(({ name }) => name === "outcome");
    given.push([
      node.path,
      node.state,
      node.error?.code ?? null,
      outcome ? await digestOf(outcome, names, (entry) => contentOf(entry, node.origin)) : null,
    ]);
  }
  return digestOfJson(given);
}

function byPath(one: NodeHistory, other: NodeHistory): number {
  return one.path < other.path ? -1 : 1;
}

/** What is large, or nowhere, is as it is. */
async function digestOf(entry: ArtifactEntry, names: readonly RunId[], contentOf: (entry: ArtifactEntry) => ReturnType<ContentOf>): Promise<Digest> {
  const bytes = entry.size > MOST_BYTES ? undefined : await contentOf(entry);
  if (bytes === undefined) return entry.digest;
  const text = Buffer.from(bytes).toString("latin1");
  const plain = names.reduce(withoutOwnName, text);
  return plain === text ? entry.digest : digestOfBytes(Buffer.from(plain, "latin1"));
}
