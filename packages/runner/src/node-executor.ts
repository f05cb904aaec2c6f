import { type ComponentDefinition, type Effect, elementsOf, type NodeContext, type NodeDefinition, RecordSettings } from "@dad/agent";
import { readBytes } from "@dad/artifacts";
import { type NodeCall, type NodeExecutor, type NodeOutcome, stoppedOutcome } from "@dad/engine";
import { type Observability, traced, under } from "@dad/observability";
import {
  addUsage,
  assertJson,
  DadError,
  errorEnvelope,
  errorFromEnvelope,
  type Json,
  type NodeDecision,
  type NodeResult,
  type Usage,
} from "@dad/protocol";
import { type ExecutionScope, type NodeHistory, readOutcome, type RunContext } from "@dad/run-context";
import { NodeOutputError, NodeSettingsError, StaticInputError } from "./errors.ts";
import { type NodeRecords, nodeRecords } from "./node-records.ts";
import type { ResumeOptions } from "./resume.ts";
import { stopwatch } from "./stopwatch.ts";
import type { Turns } from "./turn.ts";

export interface NodeExecutorOptions {
  readonly scope: ExecutionScope;
  readonly root: ComponentDefinition;
  /** At the place in the trace where the nodes belong. */
  readonly observability: Observability;
  readonly turns: Turns;
  /** What is to be assumed of attempts that nobody saw end. */
  readonly assume: ResumeOptions["assume"];
}

/** Does attempts of nodes in a run: executes them, keeps what they gave, and commits each in the journal. */
export function nodeExecutor({ scope, root, observability, turns, assume = {} }: NodeExecutorOptions): NodeExecutor {
  const elementAt = elementsOf(root);
  return async (call, { signal }) => {
    const element = elementAt(call.path);
    if (element?.definition.kind !== "node") throw new TypeError(`the definition has no node ${call.path}`);
    const before = turns.recordOf(call);
    if (before) return recordedOutcome(scope, before);
    const { definition, policy } = element;
    const work = { call, definition, effect: policy?.effect ?? definition.nodeType.effect, scope, signal, observability };
    const assumption = assume[call.path];
    return assumption?.done ? recordAssumed(work, assumption.value) : attempt(work);
  };
}

/** What an attempt had given, or how it had ended. */
async function recordedOutcome({ run }: ExecutionScope, before: NodeHistory): Promise<NodeOutcome> {
  if (before.state === "completed") return { status: "completed", value: await readOutcome(run.ports.artifacts, before) };
  const error = before.error === undefined ? new DadError("NODE_CANCELLED", `node ${before.path} was cancelled`) : errorFromEnvelope(before.error);
  return { status: before.state === "failed" ? "failed" : "cancelled", error };
}

interface Attempt {
  readonly call: NodeCall;
  readonly definition: NodeDefinition;
  readonly effect: Effect;
  readonly scope: ExecutionScope;
  readonly signal: AbortSignal;
  readonly observability: Observability;
}

/** What an attempt has collected so far. */
interface Collected {
  readonly records: NodeRecords;
  usage: Usage | undefined;
}

function nothingYet({ call: { path, record }, scope: { run } }: Attempt): Collected {
  return { records: nodeRecords(run, path, RecordSettings.parse(record ?? {})), usage: undefined };
}

async function attempt(work: Attempt): Promise<NodeOutcome> {
  const { scope } = work;
  const collected = nothingYet(work);
  const durationMs = stopwatch();
  await recordStart(work);
  const outcome = await execute(work, collected);
  // From here on, what goes wrong is not the node's: it is committed once, as what it was.
  await commit(work, collected, { outcome, decision: "executed", durationMs: durationMs() });
  await scope.run.show(collected.records.artifacts);
  return outcome;
}

/** Somebody says that it was done, and what it gave. */
async function recordAssumed(work: Attempt, said: Json): Promise<NodeOutcome> {
  const { scope } = work;
  const value = checkedOutput(work, said);
  const collected = nothingYet(work);
  await collected.records.keep("outcome", value);
  const outcome: NodeOutcome = { status: "completed", value };
  await commit(work, collected, { outcome, decision: "assumed", durationMs: 0 });
  await scope.run.show(collected.records.artifacts);
  return outcome;
}

/**
 * Before something is done that must not be done twice, it is on the disk that it was begun. Else it is enough to be in order:
 * whoever finds nothing of an attempt does it again.
 */
async function recordStart({ call: { path, attempt: number }, definition: { nodeType }, effect, scope: { run } }: Attempt): Promise<void> {
  const wait = effect === "effectful" ? "durable" : "ordered";
  await run.record({ type: "node.started", path, attempt: number, nodeType: nodeType.type, effect }, { wait });
}

async function execute(work: Attempt, collected: Collected): Promise<NodeOutcome> {
  const { call, signal } = work;
  const stopped = (error: unknown): NodeOutcome => stoppedOutcome(signal, error);
  let value: Json;
  try {
    const given = { settings: call.settings, ...(call.input === undefined ? {} : { input: call.input }) };
    await collected.records.keep("input", given);
    value = await valueOf(work, collected);
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
    assertJson(parsed.data);
    return parsed.data;
  } catch (cause) {
    throw new NodeOutputError(call.path, cause);
  }
}

function contextOf({ call, scope, signal }: Attempt, collected: Collected, observability: Observability): NodeContext {
  const { run, space } = scope;
  return {
    run: run.env,
    path: call.path,
    attempt: call.attempt,
    idempotencyKey: call.idempotencyKey ?? `${run.env.runId}:${call.path}`,
    signal,
    space,
    workspace: run.outcome?.directory,
    outcome: outcomeTree(run, call),
    resources: run.ports.resources,
    observability,
    record: (draft) => collected.records.add(draft),
    content: (entry, options) => readBytes(run.ports.artifacts, entry, { ...options, signal }),
    addUsage: (usage) => {
      collected.usage = collected.usage ? addUsage(collected.usage, usage) : usage;
    },
    async emit(name, data) {
      await run.record({ type: "custom.emitted", path: call.path, name, data });
    },
    stream: ({ channel, text }) => run.tell({ type: "output.streamed", path: call.path, attempt: call.attempt, channel, text }),
  };
}

/** What a node commits says whose it is, and is on record. */
function outcomeTree(run: RunContext, { path, attempt: number }: NodeCall): NodeContext["outcome"] {
  const { outcome } = run;
  if (outcome === undefined) return undefined;
  return {
    async commit(message) {
      const committed = await outcome.commit({ subject: message, trailers: { "Dad-Node": path, "Dad-Attempt": String(number) } });
      await run.record({ type: "outcome.committed", path, outcome: committed });
      return committed;
    },
  };
}

interface Ending {
  readonly outcome: NodeOutcome;
  readonly decision: NodeDecision;
  readonly durationMs: number;
}

/** Content first, then the entry that makes it the node's. */
async function commit(
  { call, definition, scope: { run }, signal }: Attempt,
  collected: Collected,
  { outcome, decision, durationMs }: Ending,
): Promise<void> {
  const { path, attempt: number } = call;
  // That an attempt stopped because it was told to is not an error of its own.
  const told = outcome.status === "cancelled" && outcome.error === signal.reason;
  const error = outcome.status === "completed" || told ? undefined : errorEnvelope(outcome.error);
  const result = resultOf(call, definition, { collected, status: outcome.status, error });
  await collected.records.keep("result", result as Json);
  const facts = {
    path,
    attempt: number,
    durationMs,
    artifacts: [...collected.records.artifacts],
    ...(collected.usage ? { usage: collected.usage } : {}),
  };
  if (outcome.status === "completed") await run.record({ type: "node.completed", decision, ...facts });
  else if (outcome.status === "cancelled") await run.record({ type: "node.cancelled", ...facts, ...(error ? { error } : {}) });
  else await run.record({ type: "node.failed", error: error ?? errorEnvelope(outcome.error), ...facts });
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
