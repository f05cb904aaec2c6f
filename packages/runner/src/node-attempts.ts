import { type ComponentDefinition, elementsOf } from "@dad/agent";
import { type NodeExecutor, type NodeOutcome, stoppedOutcome } from "@dad/engine";
import { type Observability, traced, under } from "@dad/observability";
import { DadError, errorEnvelope, type Json, type NodePath } from "@dad/protocol";
import { type ExecutionScope, RunWaitingError } from "@dad/run-context";
import type { Assumptions } from "./assumption.ts";
import { type Attempt, type Collected, keyOf, type NodeElement, nothingYet } from "./attempt.ts";
import { askIn, contextOf } from "./attempt-context.ts";
import { commit, commitParked, endOf, keepResult, recordStart } from "./attempt-record.ts";
import type { WalkReport } from "./walk-report.ts";
import { NodeOutputError, NodeSettingsError, StaticInputError } from "./errors.ts";
import type { FileCommits } from "./file-commits.ts";
import { changesFiles, workspaceUse } from "./fingerprint.ts";
import { frozenJson } from "./frozen-json.ts";
import { interceptedAfter, interceptedBefore, misfitBy, type Replaced } from "./interceptions.ts";
import { partCommits } from "./part-commits.ts";
import type { Continuation } from "./rerun/continuation.ts";
import { asRecorded } from "./rerun/replayed-output.ts";
import { giveReused, recordedOutcome, type ReusedEnds, reusedEnds } from "./reused-attempt.ts";
import type { Turns } from "./turn.ts";
import { stepRecords, stepsOf } from "./waiting/durable-steps.ts";
import type { AttemptWaits, Parked, WaitRoom } from "./waiting/wait-room.ts";
import type { Waiting } from "./waiting/waiting-in.ts";
import type { AttemptLedger } from "./walk.ts";

export interface NodeAttemptsOptions {
  readonly scope: ExecutionScope;
  readonly root: ComponentDefinition;
  /** At the place in the trace where the nodes belong. */
  readonly observability: Observability;
  readonly turns: Turns;
  readonly report: Pick<WalkReport, "add">;
  /** What is to be assumed of attempts that nobody saw end. */
  readonly assume: Assumptions | undefined;
  readonly files: FileCommits;
  /** Of a re-run. */
  readonly continuation: Continuation | undefined;
  /** What attempts ask. */
  readonly waiting: Waiting;
}

/** The attempts of one walk. */
export interface NodeAttempts {
  readonly execute: NodeExecutor;
  readonly ledger: AttemptLedger;
}

/** Does attempts of nodes in a run: executes them, keeps what they gave, and commits each in the journal. */
export function nodeAttempts(options: NodeAttemptsOptions): NodeAttempts {
  const { scope, root, observability, turns, report, assume = {}, files, continuation, waiting } = options;
  const { requests, room } = waiting;
  const records = stepRecords(scope.run.history);
  const nodeAt = nodesOf(root);
  const going = new Map<string, Collected>();
  const ends = reusedEnds(report);
  const parts = partCommits(files);
  /** What was shown last: as long as much waits to be shown, nothing more is begun. */
  let shown: Promise<void> = Promise.resolve();

  async function attempt(work: Attempt, collected: Collected): Promise<NodeOutcome> {
    await shown;
    if (mayLeaveOthers(work)) await parts.begin(work, collected);
    await recordStart(work);
    const executing = execute(work, collected);
    const ended = await Promise.race([executing, work.waits.parked]);
    if (!("status" in ended)) {
      // Whatever it still comes to.
      executing.catch(() => undefined);
      return await park(work, collected, ended);
    }
    const outcome = await asRecorded(work, collected, { ended, continuation });
    collected.over = true;
    await requests.end(work.call);
    // From here on, what goes wrong is not the node's: it is committed once, as what it was.
    const { digest } = await keepResult(work, collected, outcome);
    // What one changed that was left behind belongs to whoever changes files next.
    if (outcome.status !== "cancelled" && !collected.left && mayLeaveOthers(work))
      collected.changed = await parts.end(work, collected, digest).catch(ifGoingOn(scope));
    await commit(work, collected, { outcome, decision: "executed", durationMs: collected.durationMs() });
    // Not waited for: in the order in which attempts are committed, the walk is told of them.
    shown = scope.run.show(collected.records.artifacts);
    return outcome;
  }

  /** It goes on when the run does. What it has done is on record, and what it does now counts no more. */
  async function park(work: Attempt, collected: Collected, { own, all }: Parked): Promise<NodeOutcome> {
    const error = new RunWaitingError(scope.run.env.runId, all);
    collected.left = { error };
    if (mayLeaveOthers(work)) collected.changed = await parts.end(work, collected, undefined).catch(ifGoingOn(scope));
    await commitParked(work, collected, own);
    return { status: "cancelled", error };
  }

  return {
    async execute(call, { signal, hold = notHeld }) {
      const before = turns.recordOf(call);
      if (before) return recordedOutcome(scope, before);
      const element = nodeAt(call.path);
      const step = stepsOf({ run: scope.run, call, element, records });
      const asking = { requests, waits: room.enter(call), step, hold };
      const work = { call, ...element, ...asking, scope, signal, observability, exclusively: parts.exclusively };
      using _room = leaving(work.waits);
      if (call.reuse && continuation) return await giveReused(work, continuation, { files, ends });
      const assumption = assume[call.path];
      if (assumption?.done) return await recordAssumed(work, assumption.value);
      const collected = nothingYet(work);
      going.set(keyOf(call), collected);
      const own = mayLeaveOthers(work) ? { ...work, exclusively: parts.doing(work, collected) } : work;
      return await attempt(own, collected).finally(() => {
        going.delete(keyOf(call));
        parts.over(collected);
      });
    },
    ledger: attemptLedger({ going, ends, nodeAt, report, room }),
  };
}

function leaving(waits: AttemptWaits): Disposable {
  return { [Symbol.dispose]: () => waits.leave() };
}

/** Of an engine that keeps no time. */
function notHeld(): Disposable {
  return { [Symbol.dispose]() {} };
}

function nodesOf(root: ComponentDefinition): (path: NodePath) => NodeElement {
  const elementAt = elementsOf(root);
  return (path) => {
    const element = elementAt(path);
    if (element?.definition.kind !== "node") throw new TypeError(`the definition has no node ${path}`);
    const { definition, policy } = element;
    return { definition, effect: policy?.effect ?? definition.nodeType.effect, input: policy?.input };
  };
}

/** What was changed when a run was cancelled is committed at its end. */
function ifGoingOn({ signal }: ExecutionScope): (error: unknown) => undefined {
  return (error) => {
    if (!signal.aborted) throw error;
  };
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

/** Whether files of the workspace may be others after an attempt. */
function mayLeaveOthers({ call: { settings, input }, definition: { nodeType }, scope: { run } }: Attempt): boolean {
  return run.outcome !== undefined && changesFiles(workspaceUse({ nodeType, settings, input }));
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

async function execute(work: Attempt, collected: Collected): Promise<NodeOutcome> {
  const { call, signal } = work;
  const stopped = (error: unknown): NodeOutcome => stoppedOutcome(signal, error);
  let value: Json;
  try {
    const input = call.input ?? (await askedInput(work));
    const given = { settings: call.settings, ...(input === undefined ? {} : { input }) };
    await collected.records.keep("input", given);
    value = await interceptedValue({ ...work, call: { ...call, ...given } }, collected);
  } catch (error) {
    return stopped(error);
  }
  try {
    await collected.records.keep("outcome", value);
    return { status: "completed", value };
  } catch (error) {
    // It did its work, and there is no room to say so: recorded as failed, it would be done again.
    if (work.effect === "effectful" && DadError.is(error, "ARTIFACT_STORAGE_FAILED")) throw error;
    return stopped(error);
  }
}

/** What the node gives, or an interceptor instead. */
async function interceptedValue(work: Attempt, collected: Collected): Promise<Json> {
  const instead = await interceptedBefore(work, collected);
  if (instead) return checkedReplacement(work, instead);
  const value = await valueOf(work, collected);
  const other = await interceptedAfter(work, collected, value);
  return other ? checkedReplacement(work, other) : value;
}

/** What somebody is to give a node that was given nothing. */
async function askedInput(work: Attempt): Promise<Json | undefined> {
  const { call, definition, input } = work;
  if (input === undefined || definition.nodeType.input === undefined) return undefined;
  const prompt = input === "required" ? `Input for ${call.path}` : input.required;
  return await askIn(work, { key: INPUT_KEY, schema: definition.nodeType.input, prompt });
}

/** The key of the question for the input of a node. */
const INPUT_KEY = "input";

async function valueOf(work: Attempt, collected: Collected): Promise<Json> {
  const { call, definition, observability, signal } = work;
  const { nodeType } = definition;
  const settings = nodeType.settings.safeParse(call.settings);
  if (!settings.success) throw new NodeSettingsError(call.path, settings.error);
  const input = inputOf(work);
  signal.throwIfAborted();
  const attributes = { "dad.node.path": call.path, "dad.node.type": nodeType.type, "dad.node.attempt": call.attempt };
  const value = await traced(observability, { name: `node ${nodeType.type}`, attributes }, async (place) =>
    nodeType.execute(contextOf(work, collected, under(observability, place)), { settings: settings.data, input }),
  );
  return checkedOutput(work, value);
}

function inputOf({ call, definition }: Attempt): unknown {
  if (call.input === undefined) return undefined;
  const parsed = definition.nodeType.input?.safeParse(call.input);
  if (!parsed?.success) throw new StaticInputError([`node ${call.path} does not take this input`]);
  return parsed.data;
}

function checkedOutput({ call, definition }: Attempt, value: unknown): Json {
  const parsed = definition.nodeType.output.safeParse(value);
  if (!parsed.success) throw new NodeOutputError(call.path, parsed.error);
  try {
    return frozenJson(parsed.data);
  } catch (cause) {
    throw new NodeOutputError(call.path, cause);
  }
}

function checkedReplacement(work: Attempt, replaced: Replaced): Json {
  try {
    return checkedOutput(work, replaced.value);
  } catch (cause) {
    throw new NodeOutputError(work.call.path, misfitBy(replaced, cause));
  }
}
