import { type Bindings, type Definition, type Element, isBlock, misfit, type NodeDefinition } from "@dad/agent";
import type { EngineContext, NodeCall } from "@dad/engine";
import { isJsonObject, type Json, type NodePath, nodePath } from "@dad/protocol";
import { walkBlock } from "./block-walks.ts";
import { NodeFailedError, VariableError } from "./errors.ts";
import { afterFailure, retryDelay } from "./failure-policy.ts";
import type { Frame } from "./frame.ts";
import { type Lane, runStrand, settled, type Strand, StrandCancelled, throwIfCancelled } from "./strands.ts";
import { templateRenderer } from "./templates.ts";
import { childPlace, type Given, type InterpreterHost, type Place, type Walk } from "./walk.ts";

/**
 * Walks a component: its elements in sequence, blocks as they decide, each node as attempts that the engine drives. It is
 * one loop over what the engine tells, with no clock, no randomness and no I/O. Throws what ended it, after it was reported.
 */
export async function interpret(host: InterpreterHost, engine: EngineContext): Promise<Json> {
  const { root, env, workspace, report } = host;
  const lane: Lane = { parent: undefined };
  const starts = new WeakMap<object, number>();
  const render = templateRenderer({ env, workspace, starts });
  const walk: Walk = { host, engine, starts, lane, again: false, render, component: walkComponent };
  const place: Place = { path: nodePath(undefined, root.id), pattern: root.id, parent: undefined };
  try {
    return await runStrand(engine, walkComponent(walk, { component: root, bindings: {} }, place), { beforeWait: () => report.trouble() });
  } catch (error) {
    throw error instanceof StrandCancelled ? error.cause : error;
  } finally {
    await report.settled();
  }
}

function* walkComponent(walk: Walk, given: Given, place: Place): Strand<Json> {
  const { component } = given;
  return yield* reported(walk, { kind: component.kind, path: place.path }, function* () {
    const outputs = new Map<string, Json>();
    const frame: Frame = { path: place.path, variables: variablesOf(walk, given, place), outputs, parent: place.parent };
    for (const element of component.elements) {
      throwIfCancelled(walk.lane);
      outputs.set(element.id, yield* walkElement(walk, element, childPlace(place, element.id, { frame })));
    }
    return Object.fromEntries(outputs);
  });
}

function walkElement(walk: Walk, element: Element, place: Place): Strand<Json> {
  const { definition, bindings = {} } = element;
  if (definition.kind === "node") return walkNode(walk, { ...element, definition }, place);
  if (!isBlock(definition)) return walkComponent(walk, { component: definition, bindings }, place);
  return reported(walk, { kind: definition.kind, path: place.path }, () => walkBlock(walk, definition, place));
}

interface Reported {
  readonly kind: Definition["kind"];
  readonly path: NodePath;
}

/** Says how a component or a block began and ended. */
function* reported(walk: Walk, { kind, path }: Reported, work: () => Strand<Json>): Strand<Json> {
  const { report } = walk.host;
  report.started(path, kind);
  try {
    const output = yield* work();
    report.completed(path);
    return output;
  } catch (error) {
    if (error instanceof StrandCancelled) report.cancelled(path);
    else report.failed(path, error);
    throw error;
  }
}

type NodeElement = Element & { readonly definition: NodeDefinition };

function* walkNode(walk: Walk, element: NodeElement, place: Place): Strand<Json> {
  const { host, engine, lane } = walk;
  const { path } = place;
  const { policy = {} } = element;
  const call = callOf(walk, element, place);
  const turn = host.turns.of(path, { again: walk.again });
  let delayMs = policy.sleepBeforeMs;
  for (let tried = 1, attempt = turn.attempt; ; tried++, attempt++) {
    throwIfCancelled(lane);
    const handle = engine.start({ ...call, attempt, ...(delayMs === undefined ? {} : { delayMs }) });
    const outcome = yield* settled(handle, lane);
    if (outcome.status === "completed") return outcome.value;
    if (outcome.status === "cancelled") throw new StrandCancelled(outcome.error);
    const failure = new NodeFailedError(path, outcome.error);
    // What is on record of it was its last attempt.
    const next = afterFailure(policy, turn.recorded ? Number.POSITIVE_INFINITY : tried, outcome.error);
    if (next === "fail") throw failure;
    if (next !== "retry") return excused(walk, element, { place, failure, by: next });
    delayMs = retryDelay(policy.retry, { runId: host.env.runId, path, attempt, tried });
    host.report.retried(path, attempt, delayMs);
  }
}

interface Excuse {
  readonly place: Place;
  readonly failure: NodeFailedError;
  readonly by: "continue" | "fallback";
}

/** What a node has given that failed, and was allowed to. */
function excused({ host, render }: Walk, { policy }: NodeElement, { place, failure, by }: Excuse): Json {
  const { path, parent } = place;
  const onFailure = policy?.onFailure;
  const value = typeof onFailure === "object" ? ofNode(path, () => render(onFailure.fallback, parent, path)) : null;
  host.report.handled(path, by, failure);
  return value;
}

function callOf({ host, render }: Walk, { definition, record, policy = {} }: NodeElement, place: Place): Omit<NodeCall, "attempt"> {
  const { path, pattern, parent } = place;
  const { timeoutMs, sleepAfterMs, idempotencyKey } = policy;
  const input = host.inputs.get(path) ?? host.inputs.get(pattern);
  return ofNode(path, () => ({
    path,
    settings: render(definition.settings, parent, path),
    ...(record === undefined ? {} : { record: host.places.take(path, render(record as Json, parent, path)) }),
    ...(input === undefined ? {} : { input }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(sleepAfterMs === undefined ? {} : { restMs: sleepAfterMs }),
    ...(idempotencyKey === undefined ? {} : { idempotencyKey: textOf(render(idempotencyKey, parent, path)) }),
  }));
}

function textOf(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** What goes wrong before a node is executed is its failure, too. */
function ofNode<Result>(path: NodePath, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw new NodeFailedError(path, error);
  }
}

/** A component's own variables: the values that somebody gave for it from outside, else those that it is given where it stands, else its defaults. */
function variablesOf(walk: Walk, { component, bindings }: Given, place: Place): Readonly<Record<string, Json>> {
  const { inputs } = walk.host;
  const outside = inputs.get(place.path) ?? inputs.get(place.pattern);
  const given = isJsonObject(outside) ? outside : {};
  const values = Object.entries(component.variables).map(([name, { schema, default: value }]) => {
    const own = { path: place.path, name };
    const found = Object.hasOwn(given, name) ? given[name] : boundValue(walk, { name, bindings, value }, place);
    if (found === undefined) throw new VariableError(own, "it has no value: give it one where the component is used, or as a static input");
    const problem = schema && misfit(schema, found);
    if (problem !== undefined) throw new VariableError(own, `its value does not fit: ${problem}`);
    return [name, found] as const;
  });
  return Object.fromEntries(values);
}

interface Binding {
  readonly name: string;
  readonly bindings: Bindings;
  /** The default. */
  readonly value: Json | undefined;
}

function boundValue({ render }: Walk, { name, bindings, value }: Binding, { path, parent }: Place): Json | undefined {
  const binding = Object.hasOwn(bindings, name) ? bindings[name] : undefined;
  if (binding === undefined) return value;
  try {
    return render(binding, parent, path);
  } catch (cause) {
    throw new VariableError({ path, name }, "its value cannot be made", { cause });
  }
}
