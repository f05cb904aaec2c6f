import {
  type BlockDefinition,
  type BlockKind,
  type Branch,
  type ConditionalDefinition,
  EVERY_ITERATION,
  type ForEachDefinition,
  iterationStep,
  type MapDefinition,
  type ParallelDefinition,
  type SwitchDefinition,
  type TryDefinition,
  type WhileDefinition,
} from "@dad/agent";
import { errorEnvelope, type ErrorEnvelope, type Json, nameHint, type NodeId, NodePath, nodePath } from "@dad/protocol";
import { endsRun } from "./ends-run.ts";
import { BlockFailedError, BlockValueError, LoopLimitError, SwitchUnmatchedError } from "./errors.ts";
import { hasCode } from "./failure-policy.ts";
import type { Frame } from "./frame.ts";
import { isParked, joined, type Lane, laneIn, type Strand, StrandCancelled, throwIfCancelled } from "./strands.ts";
import { UNKNOWN } from "./unknown.ts";
import { childPlace, type Place, type Walk } from "./walk.ts";

/** Walks a block: decides which of its branches run, and runs them. Gives what the block gives. */
export function walkBlock(walk: Walk, block: BlockDefinition, place: Place): Strand<Json> {
  switch (block.kind) {
    case "conditional":
      return conditional(walk, block, place);
    case "switch":
      return switched(walk, block, place);
    case "for_each":
      return forEach(walk, block, place);
    case "map":
      return mapped(walk, block, place);
    case "while":
      return whileTrue(walk, block, place);
    case "parallel":
      return parallel(walk, block, place);
    default:
      return tried(walk, block, place);
  }
}

function* conditional(walk: Walk, { condition, isTrue, isFalse }: ConditionalDefinition, place: Place): Strand<Json> {
  const decidedBy = new Set<NodePath>();
  const holds = booleanOf(walk, condition, { place, kind: "conditional", reads: decidedBy });
  const step = holds ? "is_true" : "is_false";
  const branch = holds ? isTrue : isFalse;
  if (holds ? isFalse : isTrue) skip(walk, place, holds ? "is_false" : "is_true");
  return branch === undefined ? {} : { [step]: yield* walkBranch(walk, branch, childPlace(place, step, { frame: decidedFrame(place, decidedBy) })) };
}

function* switched(walk: Walk, { on, cases, otherwise }: SwitchDefinition, place: Place): Strand<Json> {
  const decidedBy = new Set<NodePath>();
  const value = valueOf(walk, on, { place, kind: "switch", reads: decidedBy });
  if (typeof value !== "string" && typeof value !== "boolean")
    throw new BlockFailedError(
      "switch",
      place.path,
      new BlockValueError("on", { value, wanted: "a text or a boolean (string(…) makes a text of a number)" }),
    );
  const named = Object.hasOwn(cases, String(value)) ? cases[String(value)] : undefined;
  const branch = named ?? otherwise;
  if (branch === undefined)
    throw new BlockFailedError("switch", place.path, new SwitchUnmatchedError(String(value), nameHint(String(value), Object.keys(cases))));
  const step = named === undefined ? "otherwise" : String(value);
  for (const other of [...Object.keys(cases), ...(otherwise ? ["otherwise"] : [])]) if (other !== step) skip(walk, place, other);
  return { [step]: yield* walkBranch(walk, branch, childPlace(place, step, { frame: decidedFrame(place, decidedBy) })) };
}

function* parallel(walk: Walk, { branches }: ParallelDefinition, place: Place): Strand<Json> {
  const names = Object.keys(branches);
  const strands = names.map((name) => (lane: Lane) => {
    const branch = branches[name] as Branch;
    return walkBranch({ ...walk, lane }, branch, childPlace(place, name, { frame: place.parent }));
  });
  const results = yield* joined(strands.values(), names.length, walk.lane);
  return Object.fromEntries(names.map((name, at) => [name, results[at] ?? null]));
}

function* forEach(walk: Walk, loop: ForEachDefinition, place: Place): Strand<Json> {
  const { items, start, from, startFrom } = listOf(walk, loop, place);
  const outputs: Json[] = [];
  for (const [at, item] of items.entries()) {
    throwIfCancelled(walk.lane);
    const variables = { [loop.item]: item, [loop.index]: start + at, [loop.previous]: outputs.at(-1) ?? null };
    const sources = { [loop.item]: from, [loop.index]: startFrom, [loop.previous]: before(place, start + at, { first: start }) };
    outputs.push(yield* iteration(walk, loop.body, { place, index: start + at, variables, sources, decidedBy: from }));
  }
  return loopOutput(walk, outputs, start);
}

function* mapped(walk: Walk, loop: MapDefinition, place: Place): Strand<Json> {
  const { items, start, from, startFrom } = listOf(walk, loop, place);
  const sources = { [loop.item]: from, [loop.index]: startFrom };
  function* strands(): Generator<(lane: Lane) => Strand<Json>> {
    for (const [at, item] of items.entries()) {
      const variables = { [loop.item]: item, [loop.index]: start + at };
      yield (lane) => iteration({ ...walk, lane }, loop.body, { place, index: start + at, variables, sources, decidedBy: from });
    }
  }
  return loopOutput(walk, yield* joined(strands(), loop.concurrency, walk.lane), start);
}

function* whileTrue(walk: Walk, { condition, body, ...loop }: WhileDefinition, place: Place): Strand<Json> {
  const outputs: Json[] = [];
  for (let index = 0; ; index++) {
    throwIfCancelled(walk.lane);
    const variables = { [loop.index]: index, [loop.previous]: outputs.at(-1) ?? null };
    const sources = { [loop.previous]: before(place, index, { first: 0 }) };
    const seen = { ...place, parent: loopFrame(place, { variables, sources }) };
    const decidedBy = new Set<NodePath>();
    if (!booleanOf(walk, condition, { place: seen, kind: "while", reads: decidedBy })) return outputs;
    if (index === loop.max) {
      if (loop.atMax === "stop") return outputs;
      throw new BlockFailedError("while", place.path, new LoopLimitError(loop.max));
    }
    outputs.push(yield* iteration(walk, body, { place, index, variables, sources, decidedBy }));
  }
}

/** What `previous` was made of: nothing in the first iteration, which is not the one with the number 0 where a loop starts later. */
function before({ path }: Place, index: number, { first }: { readonly first: number }): readonly NodePath[] {
  return index === first ? [] : [`${path}.${iterationStep(index - 1)}` as NodePath];
}

interface Iteration extends Seen {
  readonly place: Place;
  readonly index: number;
}

function iteration(walk: Walk, body: Branch, { place, index, ...seen }: Iteration): Strand<Json> {
  return walkBranch(walk, body, childPlace(place, iterationStep(index), { frame: loopFrame(place, seen), pattern: EVERY_ITERATION }));
}

const NO_OUTPUTS: ReadonlyMap<string, Json> = new Map();

type Seen = Pick<Frame, "variables" | "sources" | "decidedBy">;

/** What an iteration sees besides what is around the loop. */
function loopFrame({ path, parent }: Place, { variables, sources = {}, decidedBy = [] }: Seen): Frame {
  return { path, variables, sources, decidedBy, outputs: NO_OUTPUTS, parent };
}

/** What a branch sees that a block chose: what is around the block. */
function decidedFrame(place: Place, decidedBy: ReadonlySet<NodePath>): Frame | undefined {
  return decidedBy.size === 0 ? place.parent : loopFrame(place, { variables: {}, decidedBy });
}

function loopOutput({ starts }: Walk, outputs: readonly Json[], start: number): Json {
  if (start !== 0) starts.set(outputs, start);
  return outputs;
}

/**
 * The body, then the handler when it failed, then the cleanup. That one runs also where something beside the block failed,
 * and so it is in no lane that could be cancelled; only the end of the run ends it.
 */
function* tried(walk: Walk, block: TryDefinition, place: Place): Strand<Json> {
  const stands = !walk.again && walk.host.turns.concluded(place.path);
  const cleanUp = function* (): Strand<Json> {
    if (block.cleanup === undefined) return {};
    return {
      finally: yield* walkBranch({ ...walk, lane: laneIn(), again: !stands }, block.cleanup, childPlace(place, "finally", { frame: place.parent })),
    };
  };
  let output: Json;
  try {
    output = yield* guarded(walk, block, place);
  } catch (error) {
    // One that waits goes on.
    if (!isParked(error)) yield* cleanedUp(cleanUp());
    throw error;
  }
  const cleaned = yield* cleanUp();
  return output === UNKNOWN ? UNKNOWN : { ...(output as object), ...(cleaned as object) };
}

/** Why the block failed says more than that its cleanup failed too, which is on record by itself. */
function* cleanedUp(cleanUp: Strand<Json>): Strand<void> {
  try {
    yield* cleanUp;
  } catch (error) {
    if (error instanceof StrandCancelled) throw error;
  }
}

function* guarded(walk: Walk, { body, handler, codes, error: name }: TryDefinition, place: Place): Strand<Json> {
  try {
    const output = yield* walkBranch(walk, body, childPlace(place, "try", { frame: place.parent }));
    return handler && walk.host.foresight?.mayFail(place.path) ? UNKNOWN : { try: output };
  } catch (error) {
    const envelope = walk.host.redacted(errorEnvelope(error));
    const caught =
      !(error instanceof StrandCancelled) && !endsRun(error) && handler !== undefined && (codes === undefined || hasCode(envelope, codes));
    if (!caught) throw error;
    const { report, turns } = walk.host;
    if (walk.again || !turns.caught(place.path)) report.handled(place.path, "catch", error);
    const decidedBy = [failedPath(envelope) ?? (`${place.path}.try` as NodePath)];
    const frame = loopFrame(place, { variables: { [name]: errorValue(envelope) }, sources: { [name]: decidedBy }, decidedBy });
    return { catch: yield* walkBranch(walk, handler, childPlace(place, "catch", { frame })) };
  }
}

/** The node that failed. Where none did, all that is known is that the body failed. */
function failedPath({ code, details }: ErrorEnvelope): NodePath | undefined {
  return code === "NODE_FAILED" ? NodePath.safeParse(details?.["path"]).data : undefined;
}

/** What a handler sees: the error of the node that failed, and where that was. */
function errorValue(envelope: ErrorEnvelope): Json {
  const { code, message, retryable, details, cause } = envelope.code === "NODE_FAILED" && envelope.cause ? envelope.cause : envelope;
  const path = envelope.details?.["path"] ?? null;
  const causes = cause === undefined ? {} : { cause: { code: cause.code, message: cause.message } };
  return { code, message, path, retryable, ...(details === undefined ? {} : { details }), ...causes };
}

/** A branch that is not chosen is told. */
function skip({ host }: Walk, { path }: Place, step: string): void {
  host.report.skipped(nodePath(path, step as NodeId));
}

function walkBranch(walk: Walk, branch: Branch, place: Place): Strand<Json> {
  return walk.component(walk, branch, place);
}

interface DecidingBlock {
  readonly place: Place;
  readonly kind: BlockKind;
  /** Is told of the elements whose outputs are read. */
  readonly reads?: Set<NodePath>;
}

/** What a block decides by. */
function valueOf({ render }: Walk, data: Json, { place: { path, parent }, kind, reads }: DecidingBlock): Json {
  try {
    return render(data, { frame: parent, path, ...(reads ? { reads } : {}) });
  } catch (cause) {
    throw new BlockFailedError(kind, path, cause);
  }
}

function booleanOf(walk: Walk, condition: Json, block: DecidingBlock): boolean {
  const value = valueOf(walk, condition, block);
  if (typeof value === "boolean") return value;
  throw new BlockFailedError(block.kind, block.place.path, new BlockValueError("condition", { value, wanted: "true or false" }));
}

interface Items {
  readonly items: readonly Json[];
  readonly start: number;
  /** The elements whose outputs the items were made of, and the choice of them. */
  readonly from: ReadonlySet<NodePath>;
  /** Those of them by which it was decided at which item to start. */
  readonly startFrom: ReadonlySet<NodePath>;
}

function listOf(walk: Walk, loop: ForEachDefinition | MapDefinition, place: Place): Items {
  const block = { place, kind: loop.kind };
  const from = new Set<NodePath>();
  const startFrom = new Set<NodePath>();
  const items = valueOf(walk, loop.items, { ...block, reads: from });
  const start = valueOf(walk, loop.start, { ...block, reads: startFrom });
  for (const path of startFrom) from.add(path);
  if (!isList(items)) throw new BlockFailedError(loop.kind, place.path, new BlockValueError("items", { value: items, wanted: "a list" }));
  if (typeof start !== "number" || !Number.isInteger(start) || start < 0)
    throw new BlockFailedError(loop.kind, place.path, new BlockValueError("start", { value: start, wanted: "a whole number from 0" }));
  return { items: items.slice(start, loop.max === undefined ? undefined : start + loop.max), start, from, startFrom };
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
