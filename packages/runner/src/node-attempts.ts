import { type ComponentDefinition, elementsOf } from "@dad/agent";
import type { NodeCall, NodeExecutor, NodeOutcome } from "@dad/engine";
import { errorEnvelope, type Json, type NodePath } from "@dad/protocol";
import type { ExecutionScope } from "@dad/run-context";
import { askedOutcome } from "./asked-variables.ts";
import type { Assumptions } from "./assumption.ts";
import { type Attempt, type Collected, type NodeElement, nothingYet } from "./attempt.ts";
import { keyOf } from "./attempt-key.ts";
import { commit, endOf, keepResult } from "./attempt-record.ts";
import type { RunBudgets } from "./budget/run-budgets.ts";
import { both } from "./disposables.ts";
import type { FileCommits } from "./file-commits.ts";
import { checkedOutput } from "./node-execution.ts";
import { type PartCommits, partCommits } from "./part-commits.ts";
import type { Continuation } from "./rerun/continuation.ts";
import { giveReused, recordedOutcome, type ReusedEnds, reusedEnds } from "./reused-attempt.ts";
import type { Turns } from "./turn.ts";
import { type AttemptSteps, stepRecords, stepsOf, stepSpending } from "./waiting/durable-steps.ts";
import type { AttemptWaits, WaitRoom } from "./waiting/wait-room.ts";
import type { Waiting } from "./waiting/waiting-in.ts";
import type { AttemptLedger } from "./walk.ts";
import type { WalkReport } from "./walk-report.ts";
import { mayLeaveOthers, wholeAttempts } from "./whole-attempt.ts";

export interface NodeAttemptsOptions {
  readonly scope: ExecutionScope;
  readonly root: ComponentDefinition;
  readonly report: Pick<WalkReport, "add">;
  readonly files: FileCommits;
  readonly before: Before;
  /** What attempts ask. */
  readonly waiting: Waiting;
  /** What they may use. */
  readonly budgets: RunBudgets;
}

/** What was done before, and so is not to be done. */
export interface Before {
  readonly turns: Turns;
  /** What is to be assumed of attempts that nobody saw end. */
  readonly assume: Assumptions | undefined;
  /** Of a re-run. */
  readonly continuation: Continuation | undefined;
}

/** The attempts of one walk. */
export interface NodeAttempts {
  readonly execute: NodeExecutor;
  readonly ledger: AttemptLedger;
}

/** Does attempts of nodes in a run: executes them, keeps what they gave, and commits each in the journal. */
export function nodeAttempts(options: NodeAttemptsOptions): NodeAttempts {
  const { scope, root, report, files } = options;
  const { room } = options.waiting;
  const going = new Map<string, Collected>();
  const ends = reusedEnds(report);
  const parts = partCommits(files);
  const { elementAt, nodeAt } = elementsIn(root);
  const attempt = attempts({ ...options, going, ends, parts });
  const steps = stepsIn(scope, nodeAt);

  return {
    async execute(call, { signal, hold = notHeld }) {
      const waits = room.enter(call);
      using _room = leaving(waits);
      const asking = { call, scope, signal, waits, requests: options.waiting.requests };
      if (call.asks) return await askedIn(options, asking, elementAt(call.path)?.definition);
      const before = options.before.turns.recordOf(call);
      if (before) return await recordedOutcome(scope, before);
      using spending = options.budgets.enter(call.path, { signal });
      const within = { spending, report, signal: spending.signal, hold: () => both(hold(), spending.hold()) };
      const own = { exclusively: parts.exclusively, ...within, ...steps(call) };
      return await attempt({ ...asking, ...own, ...nodeAt(call.path) });
    },
    ledger: attemptLedger({ going, ends, nodeAt, report, room }),
  };
}

interface AttemptsOptions extends NodeAttemptsOptions {
  readonly going: Map<string, Collected>;
  readonly ends: ReusedEnds;
  readonly parts: PartCommits;
}

/** What an attempt gives: what an earlier run has, what somebody says, or what the node does. */
function attempts({ going, ends, parts, scope, before, files, waiting }: AttemptsOptions): (work: Attempt) => Promise<NodeOutcome> {
  const { assume = {}, continuation } = before;
  const whole = wholeAttempts({ scope, parts, continuation, requests: waiting.requests });
  return async (work) => {
    const { call } = work;
    if (call.reuse && continuation) return await giveReused(work, continuation, { files, ends });
    const assumption = assume[call.path];
    if (assumption?.done) return await recordAssumed(work, assumption.value);
    const collected = nothingYet(work);
    going.set(keyOf(call), collected);
    const own = mayLeaveOthers(work) ? { ...work, exclusively: parts.doing(work, collected) } : work;
    return await whole(own, collected).finally(() => {
      going.delete(keyOf(call));
      parts.over(collected);
    });
  };
}

function stepsIn({ run }: ExecutionScope, nodeAt: (path: NodePath) => NodeElement): (call: NodeCall) => AttemptSteps {
  const records = stepRecords(run.history);
  const spending = stepSpending();
  return (call) => stepsOf({ run, call, element: nodeAt(call.path), records, spending });
}

/** What somebody takes to answer is not the time of the run. */
async function askedIn({ budgets }: NodeAttemptsOptions, ...asking: Parameters<typeof askedOutcome>): Promise<NodeOutcome> {
  using _asking = budgets.asking();
  return await askedOutcome(...asking);
}

function leaving(waits: AttemptWaits): Disposable {
  return { [Symbol.dispose]: () => waits.leave() };
}

/** Of an engine that keeps no time. */
function notHeld(): Disposable {
  return { [Symbol.dispose]() {} };
}

function elementsIn(root: ComponentDefinition) {
  const elementAt = elementsOf(root);
  const nodeAt = (path: NodePath): NodeElement => {
    const element = elementAt(path);
    if (element?.definition.kind !== "node") throw new TypeError(`the definition has no node ${path}`);
    const { definition, policy } = element;
    return { definition, effect: policy?.effect ?? definition.nodeType.effect, input: policy?.input };
  };
  return { elementAt, nodeAt };
}

interface LedgerOptions extends Pick<NodeAttemptsOptions, "report"> {
  readonly going: ReadonlyMap<string, Collected>;
  readonly ends: ReusedEnds;
  readonly nodeAt: (path: NodePath) => NodeElement;
  readonly room: WaitRoom;
}

function attemptLedger({ going, ends, nodeAt, report, room }: LedgerOptions): AttemptLedger {
  return {
    awaited: (handles) => room.walkWaits(handles),
    goesOn: () => room.walkGoesOn(),
    told: (handle) => ends.told(handle),
    abandon(handle, outcome) {
      const collected = going.get(keyOf(handle));
      if (collected === undefined || outcome.status === "completed") return;
      collected.left = { error: outcome.error };
      report.add(endOf(handle, collected, { outcome, decision: "executed", durationMs: collected.durationMs() }));
    },
    refuse({ path, attempt: number }, error) {
      const { definition, effect } = nodeAt(path);
      report.add({ type: "node.started", path, attempt: number, nodeType: definition.nodeType.type, effect });
      report.add({ type: "node.failed", path, attempt: number, durationMs: 0, artifacts: [], error: errorEnvelope(error) });
    },
  };
}

/** Somebody says that it was done, and what it gave. */
async function recordAssumed(work: Attempt, said: Json): Promise<NodeOutcome> {
  const { scope } = work;
  const value = checkedOutput(work, said);
  const collected = nothingYet(work);
  await collected.records.keep("outcome", value);
  const outcome: NodeOutcome = { status: "completed", value };
  await keepResult(work, collected, outcome);
  await commit(work, collected, { outcome, decision: "assumed", durationMs: 0 });
  await scope.run.show(collected.records.artifacts);
  return outcome;
}
