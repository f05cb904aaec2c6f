import { type Effect, type NodeDefinition, type NodePolicy, RecordSettings } from "@dad/agent";
import type { NodeCall } from "@dad/engine";
import { addUsage, type OutcomeRef, type Usage } from "@dad/protocol";
import type { ExecutionScope } from "@dad/run-context";
import type { AttemptSpending } from "./budget/attempt-spending.ts";
import { type NodeRecords, nodeRecords } from "./node-records.ts";
import type { Exclusively } from "./one-at-a-time.ts";
import { stopwatch } from "./stopwatch.ts";
import type { AttemptSteps } from "./waiting/durable-steps.ts";
import type { RunRequests } from "./waiting/run-requests.ts";
import type { AttemptWaits } from "./waiting/wait-room.ts";
import type { WalkReport } from "./walk-report.ts";

/** A node at its place. */
export interface NodeElement {
  readonly definition: NodeDefinition;
  readonly effect: Effect;
  /** Whether somebody is asked for its input. */
  readonly input: NodePolicy["input"];
}

/** One attempt of a node, and what it works with. */
export interface Attempt extends NodeElement, AttemptSteps {
  readonly call: NodeCall;
  readonly scope: ExecutionScope;
  readonly signal: AbortSignal;
  readonly exclusively: Exclusively;
  readonly requests: RunRequests;
  readonly waits: AttemptWaits;
  readonly spending: AttemptSpending;
  /** Where is said what nobody waits for. */
  readonly report: Pick<WalkReport, "add">;
  /** Its time limit does not run on until this is disposed. */
  readonly hold: () => Disposable;
}

/** What an attempt has collected so far. */
export interface Collected {
  readonly records: NodeRecords;
  readonly durationMs: () => number;
  usage: Usage | undefined;
  /** The commits that the node asked for. */
  readonly commits: OutcomeRef[];
  /** How many of them were made while nobody else changed files. */
  alone: number;
  /** What it changed in the result tree, in all. */
  changed?: OutcomeRef | undefined;
  /** What is to be disposed of when it is over, or parked. */
  readonly owned: AsyncDisposable[];
  /** The run goes on without it: nothing that it does counts any more. */
  left?: { readonly error: unknown };
  /** Somebody decided about it instead of its own code: what became of it is not what it depends on. */
  intercepted?: true;
  /** The node has given what it gives: nothing more belongs to it. */
  over?: true;
}

/** Throws when the run goes on without the attempt. */
export function assertWanted({ left }: Collected): void {
  if (left) throw left.error;
}

/** What it still has is disposed of, the last first. @throws what the first that fails throws, when the others are disposed of as well. */
export async function disposeOwned({ owned }: Collected): Promise<void> {
  const failures: unknown[] = [];
  for (let last = owned.pop(); last; last = owned.pop())
    try {
      await last[Symbol.asyncDispose]();
    } catch (error) {
      failures.push(error);
    }
  if (failures.length > 0) throw failures[0];
}

/** Counts what an attempt used, and also with the step of which it is a part. */
export function countUsage({ used }: Pick<Attempt, "used">, collected: Collected, usage: Usage): void {
  collected.usage = collected.usage ? addUsage(collected.usage, usage) : usage;
  used(usage);
}

export function nothingYet({ call: { path, record }, scope: { run } }: Attempt): Collected {
  return {
    records: nodeRecords(run, path, RecordSettings.parse(record ?? {})),
    durationMs: stopwatch(),
    usage: undefined,
    commits: [],
    owned: [],
    alone: 0,
  };
}
