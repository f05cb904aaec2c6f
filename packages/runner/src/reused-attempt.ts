import type { NodeHandle, NodeOutcome } from "@dad/engine";
import {
  type ArtifactEntry,
  DadError,
  type EventDraft,
  errorFromEnvelope,
  nodeDirectory,
  type NodePath,
  type OutcomeRef,
  RelativePath,
} from "@dad/protocol";
import { type ExecutionScope, type NodeHistory, readOutcome, withoutData } from "@dad/run-context";
import type { Attempt } from "./attempt.ts";
import { keyOf } from "./attempt-key.ts";
import type { FileCommits } from "./file-commits.ts";
import { frozenJson } from "./frozen-json.ts";
import type { Continuation } from "./rerun/continuation.ts";
import { RerunBrokenError } from "./rerun/errors.ts";
import { originOf } from "./rerun/origin.ts";
import type { WalkReport } from "./walk-report.ts";

/** What an attempt had given, or how it had ended. */
export async function recordedOutcome({ run }: ExecutionScope, before: NodeHistory): Promise<NodeOutcome> {
  if (before.state === "completed") return { status: "completed", value: frozenJson(await readOutcome(run.ports.artifacts, before)) };
  return { status: before.state === "failed" ? "failed" : "cancelled", error: errorFromRecord(before) };
}

/** The error of an attempt that did not complete, to be thrown again. */
export function errorFromRecord({ path, error }: NodeHistory): DadError {
  return error === undefined ? new DadError("NODE_CANCELLED", `node ${path} was cancelled`) : errorFromEnvelope(error);
}

/** The ends of reused nodes, until the walk is told of them. */
export interface ReusedEnds {
  add(handle: NodeHandle, end: readonly EventDraft[]): void;
  told(handle: NodeHandle): void;
}

/** Each is recorded when the walk is told of it. */
export function reusedEnds(report: Pick<WalkReport, "add">): ReusedEnds {
  const ends = new Map<string, readonly EventDraft[]>();
  return {
    add: (handle, end) => void ends.set(keyOf(handle), end),
    told(handle) {
      for (const fact of ends.get(keyOf(handle)) ?? []) report.add(fact);
      ends.delete(keyOf(handle));
    },
  };
}

interface Reusing {
  readonly files: FileCommits;
  readonly ends: ReusedEnds;
}

/**
 * Gives what an earlier run has for a node: its result and its files, by reference. What it changed in the workspace, and is not
 * there from the beginning, is brought there.
 *
 * @throws RerunBrokenError (`RERUN_BROKEN`) when the result cannot be read, or its files do not go together with those of this run.
 */
export async function giveReused(work: Attempt, continuation: Continuation, { files, ends }: Reusing): Promise<NodeOutcome> {
  const { call, scope } = work;
  const record = call.reuse && continuation.base.history.nodes.get(call.reuse);
  if (record === undefined) throw new TypeError(`run ${continuation.base.runId} has nothing for node ${call.path}`);
  const { runId } = continuation.base;
  // Of what moved there are none: what is at its new place now is of something else.
  const steps = continuation.steps(record.path);
  const bring = () => files.bring(call, record, steps);
  const given = async () => ({
    outcome: await recordedOutcome(scope, record),
    changed: await (steps.length === 0 ? bring() : work.exclusively(bring, work.signal)),
  });
  const { outcome, changed } = await given().catch((cause: unknown) => {
    throw new RerunBrokenError(call.path, runId, { cause });
  });
  const answers = continuation.answers.recordsOf(record.path, { path: call.path, attempt: call.attempt });
  ends.add(call, [...answers, reusedEnd(work, { record, changed, base: runId, beside: continuation.groups.get(record.path) })]);
  return outcome;
}

interface Reused {
  readonly record: NodeHistory;
  readonly changed: OutcomeRef | undefined;
  readonly base: Continuation["base"]["runId"];
  readonly beside: NodePath | undefined;
}

/** Its fingerprint is that of the result, whatever the node would depend on now. */
function reusedEnd({ call: { path, attempt, decidedBy }, definition: { nodeType } }: Attempt, { record, changed, base, beside }: Reused): EventDraft {
  const { fingerprint, reads, usage, exclusive } = record;
  const facts = {
    path,
    attempt,
    nodeType: nodeType.type,
    durationMs: 0,
    artifacts: withoutData(record.artifacts).map((entry) => placedAt(path, entry, record.path)),
    origin: originOf(record, base),
    ...(usage ? { usage } : {}),
    ...(fingerprint ? { fingerprint } : {}),
    ...(reads ? { reads: [...reads] } : {}),
    // That it is given at all was decided in this run.
    ...(decidedBy ? { decidedBy: [...decidedBy] } : {}),
    ...(changed ? { outcome: changed } : {}),
    ...(changed && exclusive ? { exclusive } : {}),
    ...(beside ? { beside } : {}),
  };
  if (record.state === "completed") return { type: "node.completed", decision: "reused", ...facts };
  return { type: "node.failed", error: record.error ?? { code: "UNEXPECTED", message: "it failed", retryable: false }, ...facts };
}

/** In a loop whose items have other places, a result is found at another one. */
function placedAt(path: NodePath, entry: ArtifactEntry, before: NodePath): ArtifactEntry {
  const [directory, was] = [nodeDirectory(path), nodeDirectory(before)];
  if (path === before || !entry.path.startsWith(`${was}/`)) return entry;
  return { ...entry, path: RelativePath.parse(directory + entry.path.slice(was.length)) };
}
