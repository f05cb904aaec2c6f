import { type BlockDefinition, type Definition, type Element, isBlock, type NodeDefinition, type NodePolicy, outputMisfit } from "@dad/agent";
import type { EngineContext, NodeCall, NodeHandle } from "@dad/engine";
import { DadError, type Json, type NodePath, nodePath } from "@dad/protocol";
import { walkBlock } from "./block-walks.ts";
import { ifKnown, variablesOf } from "./component-variables.ts";
import { endsRun } from "./ends-run.ts";
import { NodeFailedError, NodeOutputError } from "./errors.ts";
import { mayTryAgain, retryDelay } from "./failure-policy.ts";
import { decidersOf, type Frame } from "./frame.ts";
import { breathed, isParked, laneIn, runStrand, settled, type Strand, StrandCancelled, throwIfCancelled } from "./strands.ts";
import { templateRenderer } from "./templates.ts";
import { renderedSettings } from "./rendered-settings.ts";
import { trustIn } from "./trust.ts";
import { sealed, UNKNOWN } from "./unknown.ts";
import { childPlace, type Given, type InterpreterHost, type Place, type Walk } from "./walk.ts";

/**
 * Walks a component: its elements in sequence, blocks as they decide, each node as attempts that the engine drives. It is
 * one loop over what the engine tells, with no clock, no randomness and no I/O. Throws what ended it, after it was reported.
 */
export async function interpret(host: InterpreterHost, engine: EngineContext): Promise<Json> {
  const { root, env, workspace, report, attempts } = host;
  const lane = laneIn();
  const starts = new WeakMap<object, number>();
  const render = templateRenderer({ env, workspace, starts });
  const walk: Walk = { host, engine, starts, lane, again: false, render, trust: trustIn(render), pace: { begun: 0 }, component: walkComponent };
  const place: Place = { path: nodePath(undefined, root.id), pattern: root.id, parent: undefined };
  try {
    const strand = walkComponent(walk, { component: root, bindings: {} }, place);
    return await runStrand(engine, strand, {
      lane,
      beforeWait: () => report.trouble(),
      awaited: (handles) => attempts.awaited(handles),
      goesOn: () => attempts.goesOn(),
      breathe: () => host.breathe(),
    });
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
    const frame: Frame = { path: place.path, ...(yield* variablesOf(walk, given, place)), outputs, parent: place.parent };
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
  return reported(walk, { kind: definition.kind, path: place.path }, () => foreseen(walk, definition, place));
}

function* foreseen(walk: Walk, definition: BlockDefinition, place: Place): Strand<Json> {
  try {
    return yield* walkBlock(walk, definition, place);
  } catch (error) {
    if (walk.host.foresight?.undecided(place, definition, error)) return UNKNOWN;
    throw error;
  }
}

interface Reported {
  readonly kind: Definition["kind"];
  readonly path: NodePath;
}

/** How many components and blocks are begun at most before the rest of the program has its turn. */
const BREATH = 128;

/** Says how a component or a block began and ended. */
function* reported(walk: Walk, { kind, path }: Reported, work: () => Strand<Json>): Strand<Json> {
  const { report, foresight } = walk.host;
  report.started(path, kind);
  try {
    if (++walk.pace.begun % BREATH === 0) yield* breathed();
    throwIfCancelled(walk.lane);
    const output = yield* work();
    report.completed(path);
    return foresight ? sealed(output) : output;
  } catch (error) {
    if (isParked(error)) report.parked(path);
    else if (error instanceof StrandCancelled) report.cancelled(path);
    else report.failed(path, error);
    throw error;
  }
}

type NodeElement = Element & { readonly definition: NodeDefinition };

function* walkNode(walk: Walk, element: NodeElement, place: Place): Strand<Json> {
  const { host, engine, lane } = walk;
  const { path } = place;
  const { policy = {} } = element;
  const turn = host.turns.of(path, { again: walk.again });
  const call = callOf(walk, element, { place, recorded: turn.recorded });
  if ("error" in call) {
    if (host.foresight?.undecided(place, element.definition, call.error)) return UNKNOWN;
    // It would be so each time: there is nothing to try again.
    if (!turn.recorded) host.attempts.refuse({ path, attempt: turn.attempt }, call.error);
    return excused(walk, element, { place, error: call.error, recorded: turn.recorded });
  }
  const over = turn.recorded || call.reuse !== undefined;
  let delayMs = over ? undefined : policy.sleepBeforeMs;
  for (let tried = 1, attempt = turn.attempt; ; tried++, attempt++) {
    throwIfCancelled(lane);
    const handle = engine.start({ ...call, attempt, ...(delayMs === undefined ? {} : { delayMs }) });
    const outcome = yield* settled(handle, lane);
    host.files.told(handle);
    host.attempts.told(handle);
    if (outcome.status === "completed") return call.reuse ? outcome.value : rested(walk, element, { handle, value: outcome.value });
    if (DadError.is(outcome.error, "ATTEMPT_ABANDONED")) host.attempts.abandon(handle, outcome);
    if (outcome.status === "cancelled") throw new StrandCancelled(outcome.error);
    // What is on record of it was its last attempt.
    const { retry } = policy;
    if (over || retry === undefined || !mayTryAgain(retry, tried, outcome.error))
      return excused(walk, element, { place, error: outcome.error, recorded: turn.recorded });
    delayMs = retryDelay(retry, { runId: host.env.runId, path, attempt, tried });
    host.report.add({ type: "attempt.retried", path, attempt, delayMs });
  }
}

interface Completed {
  readonly handle: NodeHandle;
  readonly value: Json;
}

/** What comes after a node that rests goes on only now, which is on record. */
function rested({ host }: Walk, { policy }: NodeElement, { handle: { path, attempt }, value }: Completed): Json {
  if (policy?.sleepAfterMs !== undefined && host.turns.recordOf({ path, attempt })?.rested === undefined)
    host.report.add({ type: "node.rested", path, attempt });
  return value;
}

interface Excuse {
  readonly place: Place;
  readonly error: unknown;
  /** It is on record that it was handled. */
  readonly recorded: boolean;
}

/** What a node has given that failed, and was allowed to. @throws NodeFailedError for one that was not. */
function excused(walk: Walk, { policy, definition }: NodeElement, { place: { path, parent }, error, recorded }: Excuse): Json {
  const { host, render, trust } = walk;
  const failure = new NodeFailedError(path, error);
  const onFailure = policy?.onFailure ?? "fail";
  if (onFailure === "fail" || endsRun(error)) throw failure;
  const reads = new Set<NodePath>();
  const value =
    onFailure === "continue"
      ? null
      : ifKnown(walk, () => ofNode(path, () => checkedFallback(definition, render(onFailure.fallback, { frame: parent, path, reads }), path)));
  trust.gives(path, definition, reads);
  if (!recorded) host.report.handled(path, onFailure === "continue" ? "continue" : "fallback", failure);
  return value;
}

/** @throws NodeOutputError for what later nodes could not take for what the node gives. */
function checkedFallback({ nodeType }: NodeDefinition, value: Json, path: NodePath): Json {
  const problem = outputMisfit(nodeType.output, value);
  if (problem !== undefined) throw new NodeOutputError(path, new Error(`its fallback: ${problem}`));
  return value;
}

/** The call of a node without its attempt, or why it cannot be made: what goes wrong before a node is executed is its failure, too. */
function callOf(walk: Walk, element: NodeElement, at: CallPlace): Omit<NodeCall, "attempt"> | { readonly error: unknown } {
  try {
    return renderedCall(walk, element, at);
  } catch (error) {
    const { path } = at.place;
    const reuse = walk.host.foresight?.given(path, error);
    walk.trust.gives(path, element.definition, []);
    return reuse === undefined ? { error } : { path, settings: {}, reuse };
  }
}

interface CallPlace {
  readonly place: Place;
  /** How it went is on record: nothing is decided. */
  readonly recorded: boolean;
}

function renderedCall(walk: Walk, element: NodeElement, { place, recorded }: CallPlace): Omit<NodeCall, "attempt"> {
  const { host, render, trust } = walk;
  const { definition, record, policy = {} } = element;
  const { path, parent: frame } = place;
  const { idempotencyKey } = policy;
  const reads = new Set<NodePath>();
  const decidedBy = decidersOf(frame);
  const input = host.inputs.node(place);
  const { settings, plain, inputFiles } = renderedSettings(walk, definition.settings, { place, reads });
  trust.gives(path, definition, reads);
  const outside = { inputFiles, input, answers: host.inputs.answers(place) };
  const decided = recorded ? {} : host.decisions.of({ place, element, settings, plain, ...outside, reads: [...reads] });
  return {
    path,
    settings,
    ...decided,
    ...(reads.size === 0 ? {} : { reads: [...reads] }),
    ...(decidedBy.size === 0 ? {} : { decidedBy: [...decidedBy] }),
    ...(record === undefined || decided.reuse ? {} : { record: host.places.take(path, render(record as Json, { frame, path })) }),
    ...(input === undefined ? {} : { input }),
    ...(decided.reuse || recorded || !trust.isUntrusted(definition, { frame, path }) ? {} : { untrusted: true }),
    ...(decided.reuse ? {} : timesOf(policy)),
    ...(idempotencyKey === undefined || decided.reuse ? {} : { idempotencyKey: textOf(render(idempotencyKey, { frame, path })) }),
  };
}

/** What is reused takes no time. */
function timesOf({ timeoutMs, sleepAfterMs }: NodePolicy): Pick<NodeCall, "timeoutMs" | "restMs"> {
  return { ...(timeoutMs === undefined ? {} : { timeoutMs }), ...(sleepAfterMs === undefined ? {} : { restMs: sleepAfterMs }) };
}

function textOf(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function ofNode<Result>(path: NodePath, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw new NodeFailedError(path, error);
  }
}
