import type { NodeDefinition } from "@dad/agent";
import type { NodeCall, NodeHandle, NodeOutcome } from "@dad/engine";
import {
  type ArtifactEntry,
  type ErrorEnvelope,
  errorEnvelope,
  type EventDraft,
  type InputId,
  type Json,
  type NodeDecision,
  type NodeResult,
} from "@dad/protocol";
import { assertWanted, type Attempt, type Collected } from "./attempt.ts";

/**
 * Before something is done that must not be done twice, it is on the disk that it was begun. Else it is enough to be in order:
 * whoever finds nothing of an attempt does it again.
 */
export async function recordStart({ call: { path, attempt: number }, definition: { nodeType }, effect, scope: { run } }: Attempt): Promise<void> {
  const wait = effect === "effectful" ? "durable" : "ordered";
  await run.record({ type: "node.started", path, attempt: number, nodeType: nodeType.type, effect }, { wait });
}

export interface Ending {
  readonly outcome: NodeOutcome;
  readonly decision: NodeDecision;
  readonly durationMs: number;
  /** It stopped because it was told to, which is no error of its own. Default `false`. */
  readonly told?: boolean;
}

/** Content comes before all that names it. @returns what names how the attempt ended. */
export async function keepResult({ call, definition, signal }: Attempt, collected: Collected, outcome: NodeOutcome): Promise<ArtifactEntry> {
  const error = errorOf({ outcome, told: isTold(outcome, signal) });
  return await collected.records.keepResult(resultOf(call, definition, { collected, status: outcome.status, error }) as Json);
}

/** The entry that says for what an attempt waits, and so the run. What it did before stays done. */
export async function commitParked({ call, scope: { run } }: Attempt, collected: Collected, requests: readonly InputId[]): Promise<void> {
  const { path, attempt } = call;
  const { records, usage, durationMs } = collected;
  const facts = { path, attempt, durationMs: durationMs(), artifacts: [...records.artifacts], ...(usage ? { usage } : {}) };
  await run.record({ type: "node.parked", ...facts, ...madeOf(call, collected), requests: [...requests] });
}

/** The entry that makes all that is kept the node's. */
export async function commit(
  { call, definition: { nodeType }, scope: { run }, signal }: Attempt,
  collected: Collected,
  ending: Ending,
): Promise<void> {
  assertWanted(collected);
  const end = endOf(call, collected, { ...ending, told: isTold(ending.outcome, signal) });
  await run.record(ending.decision === "assumed" && end.type === "node.completed" ? { ...end, nodeType: nodeType.type } : end);
}

function isTold(outcome: NodeOutcome, signal: AbortSignal): boolean {
  return outcome.status === "cancelled" && outcome.error === signal.reason;
}

/** The entry that says how an attempt ended. */
export function endOf({ path, attempt, ...call }: NodeHandle & Partial<NodeCall>, collected: Collected, ending: Ending): EventDraft {
  const { outcome, decision, durationMs } = ending;
  const { records, usage } = collected;
  const facts = { path, attempt, durationMs, artifacts: [...records.artifacts], ...(usage ? { usage } : {}) };
  if (outcome.status === "completed") return { type: "node.completed", decision, ...facts, ...madeOf(call, collected) };
  if (outcome.status === "failed") return { type: "node.failed", ...facts, ...madeOf(call, collected), error: errorEnvelope(outcome.error) };
  const error = errorOf(ending);
  return { type: "node.cancelled", ...facts, ...(error ? { error } : {}) };
}

/** What re-runs go by. */
function madeOf(
  { fingerprint, reads, decidedBy }: Pick<NodeCall, "fingerprint" | "reads" | "decidedBy">,
  { changed, commits, alone, intercepted }: Collected,
) {
  const exclusive = changed !== undefined && commits.length === alone && changed.commit === commits.at(-1)?.commit;
  return {
    ...(fingerprint && !intercepted ? { fingerprint } : {}),
    ...(reads ? { reads: [...reads] } : {}),
    ...(decidedBy ? { decidedBy: [...decidedBy] } : {}),
    ...(changed ? { outcome: changed } : {}),
    ...(exclusive ? { exclusive } : {}),
  };
}

function errorOf({ outcome, told = false }: Pick<Ending, "outcome" | "told">): ErrorEnvelope | undefined {
  return outcome.status === "completed" || told ? undefined : errorEnvelope(outcome.error);
}

function resultOf(
  { path, attempt: number }: NodeCall,
  { nodeType }: NodeDefinition,
  { collected, status, error }: { readonly collected: Collected; readonly status: NodeResult["status"]; readonly error: NodeResult["error"] },
): NodeResult {
  const artifacts = Object.fromEntries(collected.records.artifacts.map(({ name, mediaType, digest, size }) => [name, { mediaType, digest, size }]));
  return {
    format: "dad.node/1",
    path,
    nodeType: nodeType.type,
    attempt: number,
    status,
    ...(collected.usage ? { usage: collected.usage } : {}),
    artifacts,
    ...(error ? { error } : {}),
  };
}
