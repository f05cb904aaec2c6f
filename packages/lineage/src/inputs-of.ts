import type { LineageInput, NodePath } from "@dad/protocol";
import { type AttemptRecord, beginOf, madeIn, type RunRecord } from "./run-record.ts";

/** An element that an attempt was made of, with the attempts of which its result consists. */
export interface InputRecord extends Pick<LineageInput, "path" | "how" | "kind"> {
  readonly attempts: readonly AttemptRecord[];
}

/**
 * What an attempt was made of: the elements that it read, and those that only decided that it was executed. `undefined` where that
 * is not recorded: by older versions, and of what did not come to its end.
 */
export function inputsOf(run: RunRecord, attempt: AttemptRecord): readonly InputRecord[] | undefined {
  const { fingerprint, reads, decidedBy = [] } = madeIn(attempt);
  if (fingerprint === undefined && reads === undefined) return undefined;
  const read = reads ?? [];
  const decided = decidedBy.filter((path) => !read.includes(path));
  const before = beginOf(attempt);
  return [
    ...read.map((path) => inputOf(run, { path, how: "read", before })),
    ...decided.map((path) => inputOf(run, { path, how: "decided", before })),
  ];
}

interface Wanted extends Pick<LineageInput, "path" | "how"> {
  /** Only what had ended by then can have been read. */
  readonly before: number;
}

function inputOf(run: RunRecord, { path, how, before }: Wanted): InputRecord {
  const node = lastBefore(run, path, before);
  if (node) return { path, how, attempts: [node] };
  const attempts = [...run.attempts.keys()]
    .filter((inside) => inside.startsWith(`${path}.`) && !isLost(run, inside))
    .flatMap((inside) => lastBefore(run, inside, before) ?? [])
    .filter((attempt) => attempt.end?.type === "node.completed" || run.handled.has(attempt.path));
  return { path, how, kind: run.components.get(path) ?? "unknown", attempts };
}

function lastBefore({ attempts }: RunRecord, path: NodePath, before: number): AttemptRecord | undefined {
  return attempts.get(path)?.findLast(({ end }) => end !== undefined && end.seq < before);
}

/** What the body of a `try` had done before it failed is no part of what that gives. */
function isLost({ handled }: RunRecord, path: NodePath): boolean {
  const steps = path.split(".");
  return steps.some((step, at) => step === "try" && handled.get(steps.slice(0, at).join(".") as NodePath) === "catch");
}
