import type { ArtifactSource } from "@dad/artifacts";
import { NodePath, type NodeComparison, type ComparedRun, type RunComparison, type RunDetails, type RunId } from "@dad/protocol";
import { alignedKeys } from "./aligned.ts";
import { compareAttempts, type CompareAttemptsOptions } from "./compare-attempts.ts";
import { compareOutcomes, type OutcomeSource } from "./compare-outcomes.ts";
import { contentsIn } from "./content-of.ts";
import { NodeUnknownError } from "./errors.ts";
import type { Pair } from "./read-pair.ts";
import { type AbortOptions, type JournalSource, readRunRecord, type RunRecord } from "./run-record.ts";
import { deltaOf } from "./usage-delta.ts";

/** Where what two runs left is read. */
export interface ComparedPorts {
  readonly journals: JournalSource;
  readonly artifacts: ArtifactSource;
  /** The repository that holds the outcomes of both runs. Without it, it is not told how their files differ. */
  readonly outcomes?: OutcomeSource | undefined;
}

export interface CompareRunsOptions extends AbortOptions {
  readonly before: RunId;
  readonly after: RunId;
  /** Only what is at this path and below it is compared, and no outcomes. */
  readonly node?: string | undefined;
}

/**
 * How two runs differ, by node path and attempt. Content of which the digests are equal is not read. The runs may be going on: what
 * is recorded of them by now is compared.
 *
 * @throws `RUN_UNKNOWN`, `NODE_UNKNOWN`, `JOURNAL_DAMAGED`, `ARTIFACT_DAMAGED`, `OUTCOME_FAILED`.
 */
export async function compareRuns(ports: ComparedPorts, { before, after, node, ...abort }: CompareRunsOptions): Promise<RunComparison> {
  const old = await readRunRecord(ports.journals, before, abort);
  const now = before === after ? old : await readRunRecord(ports.journals, after, abort);
  const path = node === undefined ? undefined : knownPath(node, { before: old, after: now });
  const contentOf = { before: contentsIn(ports, { runId: before, ...abort }), after: contentsIn(ports, { runId: after, ...abort }) };
  const options = { contentOf, runs: { before, after } };
  const nodes = await compareNodes({ before: old, after: now }, { ...options, ...abort, path });
  const outcomes = { before: old.details.outcome, after: now.details.outcome };
  const outcome = path === undefined ? await compareOutcomes(outcomes, { outcomes: ports.outcomes, ...abort }) : null;
  const runs = { before: comparedRun(old.details), after: comparedRun(now.details) };
  const statusDiffers = path === undefined && runs.before.status !== runs.after.status;
  const outcomeDiffers = (outcome?.changes?.length ?? 0) > 0;
  return {
    format: "dad.comparison/1",
    differs: statusDiffers || outcomeDiffers || nodes.some(({ differs }) => differs.length > 0),
    ...(path === undefined ? {} : { node: path }),
    ...runs,
    delta: deltaOf(runs.before, runs.after),
    nodes,
    outcome,
  };
}

interface CompareNodesOptions extends CompareAttemptsOptions, AbortOptions {
  readonly path: NodePath | undefined;
}

async function compareNodes({ before, after }: Pair<RunRecord>, { path, signal, ...options }: CompareNodesOptions): Promise<NodeComparison[]> {
  const nodes: NodeComparison[] = [];
  for (const key of alignedKeys(before.attempts.keys(), after.attempts.keys())) {
    signal?.throwIfAborted();
    const [old, now] = [before.attempts.get(key), after.attempts.get(key)];
    if (path === undefined || isAt((old ?? now)?.path ?? "", path)) nodes.push(await compareAttempts(old, now, options));
  }
  return nodes;
}

function isAt(path: string, meant: string): boolean {
  return path === meant || path.startsWith(`${meant}.`);
}

/** A path at which one of the runs has something. @throws NodeUnknownError (`NODE_UNKNOWN`). */
function knownPath(node: string, { before, after }: Pair<RunRecord>): NodePath {
  const runs = [before.details, after.details];
  const known = new Set(runs.flatMap(({ components = [], nodes }) => [...components, ...nodes].map(({ path }) => path)));
  const path = NodePath.safeParse(node).data;
  if (path !== undefined && known.has(path)) return path;
  throw new NodeUnknownError(node, { runs: [before.details.runId, after.details.runId], known: [...known] });
}

/** What a run was as a whole. */
export function comparedRun({ runId, rootComponentId, status, startedAt, endedAt, usage, nodes, error }: RunDetails): ComparedRun {
  return {
    runId,
    rootComponentId,
    status,
    startedAt,
    durationMs: endedAt === null ? null : Date.parse(endedAt) - Date.parse(startedAt),
    usage,
    executed: nodes.filter(({ decision, status }) => decision === "executed" && status !== "skipped").length,
    reused: nodes.filter(({ decision }) => decision === "reused").length,
    failed: nodes.filter(({ status }) => status === "failed").length,
    ...(error ? { error: { code: error.code, message: error.message } } : {}),
  };
}
