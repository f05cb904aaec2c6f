import type { EngineContext, NodeHandle, NodeOutcome } from "@dad/engine";
import { DadError, type Json } from "@dad/protocol";

/**
 * A piece of a walk that waits only by yielding. Several go on side by side, each resumed when what it waits for is there,
 * by one loop: so what they start, and in which order, follows from the order in which attempts settle, and from nothing else.
 */
export type Strand<Result> = Generator<Wait, Result, Reply>;

/** A part of a walk that can be cancelled by itself. What is within it is cancelled with it. */
export interface Lane {
  readonly within: Set<Lane>;
  /** The attempts that something in this very lane waits for. */
  readonly waiting: Set<NodeHandle>;
  /** Why it was cancelled. */
  reason?: StrandCancelled;
}

/** A lane in another, or one that nothing but the end of the run cancels. */
export function laneIn(parent?: Lane): Lane {
  const lane: Lane = { within: new Set(), waiting: new Set(), ...(parent?.reason ? { reason: parent.reason } : {}) };
  parent?.within.add(lane);
  return lane;
}

type Wait = AttemptWait | Fork | Breath;

/** Gives others a turn. */
interface Breath {
  readonly kind: "breath";
}

interface AttemptWait {
  readonly kind: "attempt";
  readonly handle: NodeHandle;
  readonly lane: Lane;
}

interface Fork {
  readonly kind: "fork";
  /** Made one after the other, when there is room for it. */
  readonly strands: Iterator<(lane: Lane) => Strand<Json>>;
  readonly limit: number;
  readonly lane: Lane;
}

type Reply = NodeOutcome | { readonly status: "joined"; readonly results: readonly Json[] } | undefined;

/** Ends a strand that is not to go on: the run was cancelled, or something beside it failed. Its `cause` says why. */
export class StrandCancelled extends Error {
  constructor(cause: unknown) {
    super("this part of the run was cancelled", { cause });
  }
}

/** Whether a strand ended because the run waits for somebody. */
export function isParked(error: unknown): boolean {
  return error instanceof StrandCancelled && DadError.is(error.cause, "RUN_WAITING");
}

/** Waits for an attempt. */
export function* settled(handle: NodeHandle, lane: Lane): Strand<NodeOutcome> {
  const reply = yield { kind: "attempt", handle, lane };
  if (reply === undefined || reply.status === "joined") throw new TypeError("a strand that waits for an attempt was given something else");
  return reply;
}

/**
 * Runs strands side by side, at most `limit` at a time, and gives what they gave, in their order. When one throws, the others
 * are cancelled and waited for, no further ones are begun, and what was thrown first is thrown.
 */
export function* joined(strands: Iterator<(lane: Lane) => Strand<Json>>, limit: number, lane: Lane): Strand<readonly Json[]> {
  const reply = yield { kind: "fork", strands, limit, lane };
  if (reply?.status !== "joined") throw new TypeError("a strand that waits for others was given something else");
  return reply.results;
}

/** Lets the program do something else in between: for a walk that could go on for long without waiting for anything. */
export function* breathed(): Strand<void> {
  yield { kind: "breath" };
}

/** Throws what cancelled the lane. */
export function throwIfCancelled({ reason }: Lane): void {
  if (reason) throw reason;
}

type Ended<Result> = { readonly result: Result } | { readonly thrown: unknown };

interface Loop {
  readonly engine: EngineContext;
  readonly waiting: Map<NodeHandle, (outcome: NodeOutcome) => void>;
  /** Those that go on at the next turn. */
  breathing: (() => void)[];
}

export interface RunStrandOptions {
  /** The lane of the strand, which is cancelled when the run is. */
  readonly lane: Lane;
  /** Called each time before the loop waits. What it throws ends the walk. */
  readonly beforeWait: () => void;
  /** Told for which attempts it waits, while it does. */
  readonly awaited: (handles: Pick<ReadonlyMap<NodeHandle, unknown>, "keys" | "size">) => void;
  readonly goesOn: () => void;
  /** Gives everything else a turn. Says why the walk is to end, if it is. */
  readonly breathe: () => Promise<{ readonly cause: unknown } | undefined>;
}

/** Runs a strand, and all that it forks, to the end: the one loop that waits. */
export async function runStrand<Result>(
  engine: EngineContext,
  strand: Strand<Result>,
  { lane, beforeWait, breathe, ...told }: RunStrandOptions,
): Promise<Result> {
  const loop: Loop = { engine, waiting: new Map(), breathing: [] };
  const ended: Ended<Result>[] = [];
  advance(loop, { strand, end: (how) => void ended.push(how) });
  for (;;) {
    const [how] = ended;
    if (how && "thrown" in how) throw how.thrown;
    if (how) return how.result;
    beforeWait();
    if (loop.breathing.length === 0) await tell(loop, told);
    else {
      const end = await breathe();
      if (end) cancel(loop, lane, end.cause);
      goOn(loop);
    }
  }
}

async function tell({ engine, waiting }: Loop, { awaited, goesOn }: Pick<RunStrandOptions, "awaited" | "goesOn">): Promise<void> {
  awaited(waiting);
  const { handle, outcome } = await engine.next();
  goesOn();
  const resume = waiting.get(handle);
  waiting.delete(handle);
  resume?.(outcome);
}

function goOn(loop: Loop): void {
  const { breathing } = loop;
  loop.breathing = [];
  for (const resume of breathing) resume();
}

interface Going<Result> {
  readonly strand: Strand<Result>;
  readonly end: (how: Ended<Result>) => void;
}

/** What a strand is resumed with. */
type Resumption = { readonly reply: Reply } | { readonly thrown: unknown };

/** Resumes a strand until it waits, or ends. */
function advance<Result>(loop: Loop, going: Going<Result>, given: Resumption = { reply: undefined }): void {
  for (let next: Resumption | undefined = given; next !== undefined;) next = advanceOnce(loop, going, next);
}

/** Gives what to go on with, when that is there already. */
function advanceOnce<Result>(loop: Loop, going: Going<Result>, given: Resumption): Resumption | undefined {
  let step: IteratorResult<Wait, Result>;
  try {
    step = "thrown" in given ? going.strand.throw(given.thrown) : going.strand.next(given.reply);
  } catch (thrown) {
    going.end({ thrown });
    return undefined;
  }
  if (step.done) {
    going.end({ result: step.value });
    return undefined;
  }
  const wait = step.value;
  if (wait.kind === "fork") return fork(loop, wait, (how) => advance(loop, going, how));
  if (wait.kind === "breath") loop.breathing.push(() => advance(loop, going));
  else awaitAttempt(loop, wait, (reply) => advance(loop, going, { reply }));
  return undefined;
}

function awaitAttempt({ waiting }: Loop, { handle, lane }: AttemptWait, resume: (outcome: NodeOutcome) => void): void {
  lane.waiting.add(handle);
  waiting.set(handle, (outcome) => {
    lane.waiting.delete(handle);
    resume(outcome);
  });
}

/**
 * Begins the strands of a fork as there is room for them, until all have ended or one has thrown. How it ended is given at once
 * when it does, and else told later: what calls back at once would pile up on the stack.
 */
function fork(loop: Loop, { strands, limit, lane: parent }: Fork, end: (how: Resumption) => void): Resumption | undefined {
  const lane = laneIn(parent);
  const results: Json[] = [];
  let first: { readonly thrown: unknown } | undefined;
  let running = 0;
  let exhausted = false;
  let pumping = false;

  function onEnd(index: number, how: Ended<Json>): void {
    running -= 1;
    if ("result" in how) results[index] = how.result;
    else stop(how);
    const ended = pump();
    if (ended) end(ended);
  }

  function stop(how: { readonly thrown: unknown }): void {
    if (first) return;
    first = how;
    cancel(loop, lane, how.thrown);
  }

  function begin(): void {
    const { done, value } = strands.next();
    exhausted = done === true;
    if (done) return;
    const index = results.push(null) - 1;
    running += 1;
    advance(loop, { strand: value(lane), end: (how) => onEnd(index, how) });
  }

  /** How it ended, once it has. */
  function pump(): Resumption | undefined {
    // What ends at once does so within: it must not begin the next one by itself.
    if (pumping) return undefined;
    pumping = true;
    while (running < limit && !exhausted && !lane.reason) begin();
    pumping = false;
    if (running > 0) return undefined;
    parent.within.delete(lane);
    const cancelled = exhausted ? undefined : parent.reason;
    return first ?? (cancelled ? { thrown: cancelled } : { reply: { status: "joined", results } });
  }

  return pump();
}

/** Cancels what goes on within a lane, and what would begin there. */
function cancel(loop: Loop, lane: Lane, cause: unknown): void {
  if (lane.reason) return;
  const reason = cause instanceof StrandCancelled ? cause : new StrandCancelled(cause);
  lane.reason = reason;
  for (const handle of lane.waiting) loop.engine.cancel(handle, reason.cause);
  for (const inner of lane.within) cancel(loop, inner, reason);
}
