import type { NodeContext, NodeDefinition } from "@dad/agent";
import type { NodeCall, NodeExecutor, NodeOutcome } from "@dad/engine";
import { type Observability, traced, under } from "@dad/observability";
import { addUsage, type ArtifactEntry, canonicalJson, errorEnvelope, type Json, type NodePath, type NodeResult, type Usage } from "@dad/protocol";
import type { ExecutionScope } from "@dad/run-context";
import { NodeOutputError, NodeSettingsError, StaticInputError } from "./errors.ts";
import { stopwatch } from "./stopwatch.ts";

export interface NodeExecutorOptions {
  readonly scope: ExecutionScope;
  readonly definitions: ReadonlyMap<NodePath, NodeDefinition>;
  /** At the place in the trace where the nodes belong. */
  readonly observability: Observability;
}

/** Does attempts of nodes in a run: executes them, keeps what they gave, and commits each in the journal. */
export function nodeExecutor({ scope, definitions, observability }: NodeExecutorOptions): NodeExecutor {
  return async (call, { signal }) => {
    const definition = definitions.get(call.path);
    if (!definition) throw new TypeError(`the definition has no node ${call.path}`);
    return attempt({ call, definition, scope, signal, observability });
  };
}

interface Attempt {
  readonly call: NodeCall;
  readonly definition: NodeDefinition;
  readonly scope: ExecutionScope;
  readonly signal: AbortSignal;
  readonly observability: Observability;
}

/** What an attempt has collected so far. */
interface Collected {
  readonly artifacts: ArtifactEntry[];
  usage: Usage | undefined;
}

async function attempt(work: Attempt): Promise<NodeOutcome> {
  const { call, definition, scope, signal } = work;
  const collected: Collected = { artifacts: [], usage: undefined };
  const durationMs = stopwatch();
  await scope.run.record({ type: "node.started", path: call.path, attempt: call.attempt, nodeType: definition.nodeType.type });
  try {
    const value = await execute(work, collected);
    await commit(work, collected, { status: "completed", value, durationMs: durationMs() });
    return { status: "completed", value };
  } catch (error) {
    const status = signal.aborted ? "cancelled" : "failed";
    await commit(work, collected, { status, error, durationMs: durationMs() });
    return { status, error };
  }
}

async function execute(work: Attempt, collected: Collected): Promise<Json> {
  const { call, definition, scope, observability } = work;
  const { nodeType } = definition;
  const given = { settings: call.settings, ...(call.input === undefined ? {} : { input: call.input }) };
  collected.artifacts.push(await scope.run.keep({ node: call.path, name: "input", data: given, format: "json" }));
  const settings = nodeType.settings.safeParse(call.settings);
  if (!settings.success) throw new NodeSettingsError(call.path, settings.error);
  work.signal.throwIfAborted();
  const attributes = { "dad.node.path": call.path, "dad.node.type": nodeType.type, "dad.node.attempt": call.attempt };
  const value = await traced(observability, { name: `node ${nodeType.type}`, attributes }, async (place) => {
    const context = contextOf(work, collected, under(observability, place));
    return nodeType.execute(context, { settings: settings.data, input: inputOf(work) });
  });
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
    canonicalJson(parsed.data);
  } catch (cause) {
    throw new NodeOutputError(call.path, cause);
  }
  return parsed.data as Json;
}

function contextOf({ call, scope, signal }: Attempt, collected: Collected, observability: Observability): NodeContext {
  const { run, space } = scope;
  return {
    run: run.env,
    path: call.path,
    attempt: call.attempt,
    signal,
    space,
    workspace: run.outcome?.directory,
    resources: run.ports.resources,
    observability,
    async record(draft) {
      if (collected.artifacts.some((artifact) => artifact.name === draft.name) || RESERVED_NAMES.has(draft.name)) {
        throw new TypeError(`node ${call.path} has an artifact "${draft.name}" already`);
      }
      const directory = draft.name === "state" ? {} : { directory: "files" };
      const entry = await run.keep({ ...draft, ...directory, node: call.path });
      collected.artifacts.push(entry);
      // Shown at once: when the attempt never ends, this is what there is to look at.
      await run.show([entry]);
      return entry;
    },
    addUsage: (usage) => {
      collected.usage = collected.usage ? addUsage(collected.usage, usage) : usage;
    },
    async emit(name, data) {
      await run.record({ type: "custom.emitted", path: call.path, name, data });
    },
  };
}

const RESERVED_NAMES = new Set(["input", "outcome", "result"]);

type Ending =
  | { readonly status: "completed"; readonly value: Json; readonly durationMs: number }
  | { readonly status: "failed" | "cancelled"; readonly error: unknown; readonly durationMs: number };

/** Content first, then the entry that makes it the node's, then what people see. */
async function commit({ call, definition, scope: { run } }: Attempt, collected: Collected, ending: Ending): Promise<void> {
  const { path, attempt: number } = call;
  if (ending.status === "completed") collected.artifacts.push(await run.keep({ node: path, name: "outcome", data: ending.value, format: "json" }));
  const error = ending.status === "completed" ? undefined : errorEnvelope(ending.error);
  const result = resultOf(call, definition, { collected, status: ending.status, error });
  collected.artifacts.push(await run.keep({ node: path, name: "result", data: result as Json, format: "json" }));
  const { durationMs } = ending;
  const facts = { path, attempt: number, durationMs, artifacts: collected.artifacts, ...(collected.usage ? { usage: collected.usage } : {}) };
  if (ending.status === "completed") await run.record({ type: "node.completed", decision: "executed", ...facts });
  else if (ending.status === "failed" && error) await run.record({ type: "node.failed", error, ...facts });
  else await run.record({ type: "node.cancelled", ...facts });
  await run.show(collected.artifacts);
}

function resultOf(
  { path, attempt: number }: NodeCall,
  { nodeType }: NodeDefinition,
  { collected, status, error }: { readonly collected: Collected; readonly status: NodeResult["status"]; readonly error: NodeResult["error"] },
): NodeResult {
  const artifacts = Object.fromEntries(collected.artifacts.map(({ name, mediaType, digest, size }) => [name, { mediaType, digest, size }]));
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
