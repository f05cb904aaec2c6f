import type { ComparedAttempt, NodeComparison, NodeDifference, RunId, Usage } from "@dad/protocol";
import { changedArtifacts, entryPair } from "./changed-artifacts.ts";
import { compareOutputs } from "./compare-outputs.ts";
import { comparePrompts } from "./compare-prompts.ts";
import type { ContentOf } from "./content-of.ts";
import { fingerprintChanges } from "./fingerprint-changes.ts";
import { type Pair, pairReader } from "./read-pair.ts";
import type { AttemptRecord } from "./run-record.ts";
import { compareToolCalls } from "./tool-calls.ts";
import { deltaOf } from "./usage-delta.ts";

export interface CompareAttemptsOptions {
  readonly contentOf: Pair<ContentOf>;
  readonly runs: Pair<RunId>;
}

/** One attempt that at least one of two runs has. */
export async function compareAttempts(
  before: AttemptRecord | undefined,
  after: AttemptRecord | undefined,
  options: CompareAttemptsOptions,
): Promise<NodeComparison> {
  if (before && after) return await compareBoth({ before, after }, options);
  const only = before ?? after;
  if (!only) throw new TypeError("neither of the runs has the attempt");
  return { ...alike(only), differs: ["presence"], ...(before ? { before: before.facts } : {}), ...(after ? { after: after.facts } : {}) };
}

/** An attempt in which nothing differs. */
function alike({ path, attempt }: AttemptRecord): NodeComparison {
  return { path, attempt, differs: [], delta: deltaOf(undefined, undefined), fingerprint: [], artifacts: [], notCompared: [] };
}

type Details = Pick<NodeComparison, "fingerprint" | "prompt" | "output" | "toolCalls" | "artifacts" | "notCompared">;

async function compareBoth({ before, after }: Pair<AttemptRecord>, options: CompareAttemptsOptions): Promise<NodeComparison> {
  const facts = { before: before.facts, after: after.facts };
  const details = await detailsOf({ before, after }, options);
  return { ...alike(after), ...details, ...facts, differs: differences(facts, details), delta: deltaOf(before.facts, after.facts) };
}

async function detailsOf({ before, after }: Pair<AttemptRecord>, { contentOf, runs }: CompareAttemptsOptions): Promise<Details> {
  const reader = pairReader(
    {
      before: (entry) => contentOf.before(entry, before.facts.origin),
      after: (entry) => contentOf.after(entry, after.facts.origin),
    },
    runs,
  );
  const artifacts = { before: before.artifacts, after: after.artifacts };
  const fingerprints = { before: before.fingerprint, after: after.fingerprint };
  const fingerprint = await fingerprintChanges({ fingerprints, input: entryPair(artifacts, "input") }, reader);
  const prompt = await comparePrompts(entryPair(artifacts, "state"), reader);
  const output = await compareOutputs(entryPair(artifacts, "outcome"), reader);
  const toolCalls = await compareToolCalls(artifacts, reader);
  return {
    fingerprint,
    ...(prompt?.text || prompt?.settings ? { prompt } : {}),
    ...(output ? { output } : {}),
    ...(toolCalls ? { toolCalls } : {}),
    artifacts: await changedArtifacts(artifacts, reader, { without: prompt ? ["state"] : [] }),
    notCompared: reader.notCompared,
  };
}

function differences({ before, after }: Pair<ComparedAttempt>, details: Details): NodeDifference[] {
  const found: Partial<Record<NodeDifference, boolean>> = {
    status: before.status !== after.status || (before.decision !== after.decision && !isReused({ before, after })),
    error: before.error?.code !== after.error?.code || before.error?.message !== after.error?.message,
    fingerprint: details.fingerprint.length > 0,
    prompt: details.prompt !== undefined,
    output: details.output !== undefined,
    toolCalls: details.toolCalls !== undefined,
    // What is reused uses nothing, which says nothing of the node.
    usage: !isReused({ before, after }) && usageDiffers({ before, after }),
    artifacts: details.artifacts.length > 0,
    notCompared: details.notCompared.length > 0,
  };
  return (Object.keys(found) as NodeDifference[]).filter((name) => found[name]);
}

function isReused({ before, after }: Pair<ComparedAttempt>): boolean {
  return before.decision === "reused" || after.decision === "reused";
}

function usageDiffers({ before: { usage: before }, after: { usage: after } }: Pair<ComparedAttempt>): boolean {
  if (!before || !after) return false;
  const amounts = ({ inputTokens, outputTokens, costUsd, recorded }: Usage) => [
    inputTokens,
    outputTokens,
    costUsd,
    recorded?.calls,
    recorded?.inputTokens,
    recorded?.outputTokens,
  ];
  const [old, now] = [amounts(before), amounts(after)];
  return old.some((amount, at) => amount !== now[at]);
}
