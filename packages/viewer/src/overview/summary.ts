import type { ReportAttempt, ReportElement, ReportRun } from "@dad/protocol";
import { millisecondsOf } from "../format/moments.ts";
import { unionOf, without } from "./intervals.ts";

/** How many nodes of a run came to what. */
export interface NodeCounts {
  readonly nodes: number;
  readonly executed: number;
  readonly reused: number;
  readonly assumed: number;
  readonly failed: number;
  /** Attempts after the first one. */
  readonly retried: number;
  readonly unfinished: number;
  readonly skipped: number;
}

export function nodeCounts({ elements }: Pick<ReportRun, "elements">): NodeCounts {
  const nodes = elements.filter(({ attempts }) => attempts !== undefined);
  const count = (is: (node: ReportElement, last: ReportAttempt | undefined) => boolean): number =>
    nodes.filter((node) => is(node, node.attempts?.at(-1))).length;
  return {
    nodes: nodes.length,
    executed: count((_, last) => last?.decision === "executed"),
    reused: count((_, last) => last?.decision === "reused"),
    assumed: count((_, last) => last?.decision === "assumed"),
    failed: count(({ status }) => status === "failed"),
    retried: nodes.reduce((sum, { attempts = [] }) => sum + Math.max(0, attempts.length - 1), 0),
    unfinished: count(({ status }) => status === "running" || status === "waiting" || status === "interrupted"),
    skipped: elements.filter(({ status }) => status === "skipped").length,
  };
}

/** What became of the time of a run, in milliseconds. */
export interface RunTimes {
  /** From its start to its end, or to when the report was made; of one that was interrupted, to the last that is known of it. */
  readonly wall: number;
  /** In which at least one node was worked on. */
  readonly busy: number;
  /** In which nothing was worked on, because somebody was waited for. */
  readonly waiting: number;
  /** Of all attempts, one after the other. */
  readonly work: number;
}

export function runTimes({ details, elements }: Pick<ReportRun, "details" | "elements">, now: number): RunTimes {
  const start = millisecondsOf(details.startedAt);
  const seen = lastMoment(elements, start);
  // One that was left goes on for nobody.
  const end = details.endedAt === null ? Math.max(details.status === "interrupted" ? seen : now, start) : millisecondsOf(details.endedAt);
  const attempts = elements.flatMap(({ attempts = [] }) => attempts).filter(({ decision }) => decision === "executed");
  // What nobody saw end was worked on for nobody knows how long: until the last thing that is known of the run.
  const last = details.status === "running" ? end : seen;
  const waits = unionOf(attempts.flatMap((attempt) => attempt.waits.map((wait) => [wait.start, wait.end ?? end] as const)));
  const worked = attempts.map((attempt) =>
    without(
      [[attempt.start, attempt.end ?? Math.max(last, attempt.start)]],
      unionOf(attempt.waits.map((wait) => [wait.start, wait.end ?? end] as const)),
    ),
  );
  const busy = unionOf(worked.flat());
  return {
    wall: end - start,
    busy: lengthOf(busy),
    waiting: lengthOf(without(waits, busy)),
    work: worked.reduce((sum, parts) => sum + lengthOf(parts), 0),
  };
}

function lastMoment(elements: readonly ReportElement[], start: number): number {
  return elements.reduce((last, element) => Math.max(last, element.end ?? 0, element.start ?? 0), start);
}

function lengthOf(parts: readonly (readonly [number, number])[]): number {
  return parts.reduce((sum, [start, end]) => sum + end - start, 0);
}

/** A node, and how much of something it has. */
export interface RankedNode {
  readonly node: ReportElement;
  readonly amount: number;
}

const RANKED = 8;

/** The nodes with the most of something, those without any of it left out. */
export function ranked(run: Pick<ReportRun, "elements">, amountOf: (node: ReportElement) => number): readonly RankedNode[] {
  const nodes = run.elements.filter(({ attempts }) => attempts !== undefined).map((node) => ({ node, amount: amountOf(node) }));
  return nodes
    .filter(({ amount }) => amount > 0)
    .sort((left, right) => right.amount - left.amount)
    .slice(0, RANKED);
}

/** How long a node was worked on, without what it waited for: parked, or in the process of the run. */
export function workedMs({ attempts = [] }: ReportElement): number {
  return attempts.filter(({ decision }) => decision === "executed").reduce((sum, attempt) => sum + attemptMs(attempt), 0);
}

function attemptMs({ start, end, durationMs, waits }: ReportAttempt): number {
  if (end === null) return durationMs ?? 0;
  if (waits.length === 0) return end - start;
  const waited = waits.reduce((sum, wait) => sum + (wait.end ?? end) - wait.start, 0);
  return Math.max(0, Math.min(durationMs ?? Infinity, end - start - waited));
}

/** Of a node: dollars, or where prices are not known nothing. */
export function costOf({ attempts = [] }: ReportElement): number {
  return attempts.reduce((sum, { decision, usage }) => sum + (decision === "executed" ? (usage?.costUsd ?? 0) : 0), 0);
}

export function tokensOf({ attempts = [] }: ReportElement): number {
  return attempts.reduce((sum, { decision, usage }) => sum + (decision === "executed" && usage ? usage.inputTokens + usage.outputTokens : 0), 0);
}

export function failuresOf({ attempts = [] }: ReportElement): number {
  return attempts.filter(({ status }) => status === "failed").length;
}
