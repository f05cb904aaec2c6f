import { readText } from "@dad/artifacts";
import { askedModel } from "@dad/compare";
import { executionsBehind, type MadeBy } from "@dad/lineage";
import type { LocalStore } from "@dad/local";
import { type ArtifactEntry, type BisectCulprit, DadError, type Json } from "@dad/protocol";
import { decodeValue } from "@dad/run-context";
import type { TestableCommit } from "./bisect-tester.ts";
import type { FoundOutcome } from "./open-outcomes.ts";

export interface CulpritContext {
  readonly runs: LocalStore;
  readonly found: FoundOutcome;
  readonly commits: readonly TestableCommit[];
}

/** What is known of a commit: which files it changed, and, of a node, what was asked and what it gave. */
export async function culpritOf(at: number, { runs, found, commits }: CulpritContext): Promise<BisectCulprit> {
  const [before, culprit] = [commits[at - 1], commits[at]];
  if (before === undefined || culprit === undefined) throw new TypeError(`commit ${at} of ${commits.length} has none before it`);
  const { node, ...commit } = culprit;
  const changes = (await found.repository.changes(commit.commit, { from: before.commit })).map((change) => ({ ...change }));
  if (node === undefined) return { ...commit, changes, prompt: null, result: null };
  const { path, attempt, status, decision, made, artifacts } = node;
  return {
    ...commit,
    status,
    decision,
    made,
    changes,
    prompt: await promptBehind(runs, executionsBehind(runs, { runId: found.run.runId, path, attempt })),
    result: (await valueOf(runs, artifacts, "outcome")) ?? null,
  };
}

/** What the nearest model was asked. */
async function promptBehind(runs: LocalStore, executions: AsyncIterable<MadeBy>): Promise<BisectCulprit["prompt"]> {
  for await (const { made, artifacts } of executions) {
    const asked = askedModel(await valueOf(runs, artifacts, "state"));
    if (asked) return { ...made, text: asked.text, answer: (await valueOf(runs, artifacts, "outcome")) ?? null };
  }
  return null;
}

/** A value that a node kept; `undefined` when it is not there. */
async function valueOf({ artifacts: store }: LocalStore, artifacts: readonly ArtifactEntry[], wanted: string): Promise<Json | undefined> {
  const entry = artifacts.find(({ name }) => name === wanted);
  if (entry === undefined) return undefined;
  try {
    return decodeValue(await readText(store, entry), entry.mediaType);
  } catch (error) {
    if (DadError.is(error, "ARTIFACT_MISSING")) return undefined;
    throw error;
  }
}
