import type { ErrorEnvelope, LineageAttempt, LineageRef, NodeDecision, NodeStatus } from "@dad/protocol";
import { type AttemptRecord, madeIn, type RunRecord, seqOf } from "./run-record.ts";
import type { RunRecords } from "./run-records.ts";

/** One execution of a node, and where it is recorded. */
export interface Execution {
  readonly ref: LineageRef;
  /** That of the run which executed it, or, where that is not there, of one that reused it. */
  readonly run: RunRecord;
  /** As that run has it. */
  readonly attempt: AttemptRecord;
}

/** Where what an attempt gave was made: of one that was reused in another run. */
export async function executionOf(records: RunRecords, run: RunRecord, attempt: AttemptRecord): Promise<Execution> {
  const { path } = attempt;
  const { origin } = madeIn(attempt);
  if (origin === undefined) return { ref: { runId: run.runId, seq: seqOf(attempt), attempt: attempt.attempt, path }, run, attempt };
  const { runId, seq } = origin;
  const there = await records.of(runId);
  const made = there?.ends.get(seq);
  // In a loop whose items have other places, it was executed at another one.
  const ref = { runId, seq, attempt: origin.attempt, path: made?.path ?? path };
  return there && made ? { ref, run: there, attempt: made } : { ref, run, attempt };
}

const STATUSES = { "node.completed": "completed", "node.failed": "failed", "node.cancelled": "cancelled" } as const;

export function statusOf({ live, attempts }: RunRecord, attempt: AttemptRecord): NodeStatus {
  if (attempt.end) return STATUSES[attempt.end.type];
  if (attempt.parked) return "waiting";
  return live && attempts.get(attempt.path)?.at(-1) === attempt ? "running" : "interrupted";
}

export function decisionOf({ end }: AttemptRecord): NodeDecision {
  if (end?.type === "node.completed") return end.decision;
  return end?.type === "node.failed" && end.origin ? "reused" : "executed";
}

/** What a reader wants of an error without its causes. */
export function errorOf({ end }: AttemptRecord): { readonly error?: Pick<ErrorEnvelope, "code" | "message"> } {
  const error = end === undefined || end.type === "node.completed" ? undefined : end.error;
  return error ? { error: { code: error.code, message: error.message } } : {};
}

/** What a reused node took is recorded by the run that executed it. */
export function durationOf(attempt: AttemptRecord): number | null {
  if (attempt.end === undefined) return attempt.parked?.durationMs ?? null;
  return madeIn(attempt).origin ? null : attempt.end.durationMs;
}

/** The attempts of the same node before one. */
export function attemptsBefore(run: RunRecord, attempt: AttemptRecord): LineageAttempt[] {
  const all = run.attempts.get(attempt.path) ?? [];
  return all.slice(0, Math.max(0, all.indexOf(attempt))).map((before) => ({
    attempt: before.attempt,
    status: statusOf(run, before),
    startedAt: before.start?.time ?? null,
    durationMs: durationOf(before),
    ...errorOf(before),
  }));
}
