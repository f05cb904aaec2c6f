import type { EngineContext, NodeHandle, NodeOutcome } from "@dad/engine";
import type { Json } from "@dad/protocol";

/**
 * A piece of a walk that waits only by yielding. Several go on side by side, each resumed when what it waits for is there,
 * by one loop: so what they start, and in which order, follows from the order in which attempts settle, and from nothing else.
 */
export type Strand<Result> = Generator<Wait, Result, Reply>;

/** A part of a walk that can be cancelled by itself. What is within it is cancelled with it. */
export interface Lane {
  readonly parent: Lane | undefined;
  /** Why it was cancelled. */
  reason?: StrandCancelled;
}

type Wait = AttemptWait | Fork;

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

/** Throws what cancelled the lane, or one around it. */
export function throwIfCancelled(lane: Lane): void {
  const reason = reasonOf(lane);
  if (reason) throw reason;
}

function reasonOf(lane: Lane): StrandCancelled | undefined {
  for (let at: Lane | undefined = lane; at; at = at.parent) if (at.reason) return at.reason;
  return undefined;
}

type Ended<Result> = { readonly result: Result } | { readonly thrown: unknown };

interface Loop {
  readonly engine: EngineContext;
  readonly waiting: Map<NodeHandle, { readonly lane: Lane; readonly resume: (outcome: NodeOutcome) => void }>;
}

export interface RunStrandOptions {
  /** Called each time before the loop waits. What it throws ends the walk. */
  readonly beforeWait: () => void;
}

/** Runs a strand, and all that it forks, to the end: the one loop that waits. */
export async function runStrand<Result>(engine: EngineContext, strand: Strand<Result>, { beforeWait }: RunStrandOptions): Promise<Result> {
  const loop: Loop = { engine, waiting: new Map() };
  const ended: Ended<Result>[] = [];
  advance(loop, { strand, end: (how) => void ended.push(how) });
  for (;;) {
    const [how] = ended;
    if (how && "thrown" in how) throw how.thrown;
    if (how) return how.result;
    beforeWait();
    const { handle, outcome } = await engine.next();
    const waiting = loop.waiting.get(handle);
    loop.waiting.delete(handle);
    waiting?.resume(outcome);
  }
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
  loop.waiting.set(wait.handle, { lane: wait.lane, resume: (reply) => advance(loop, going, { reply }) });
  return undefined;
}

/**
 * Begins the strands of a fork as there is room for them, until all have ended or one has thrown. How it ended is given at once
 * when it does, and else told later: what calls back at once would pile up on the stack.
 */
function fork(loop: Loop, { strands, limit, lane: parent }: Fork, end: (how: Resumption) => void): Resumption | undefined {
  const lane: Lane = { parent };
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
    while (running < limit && !exhausted && !reasonOf(lane)) begin();
    pumping = false;
    if (running > 0) return undefined;
    const cancelled = exhausted ? undefined : reasonOf(parent);
    return first ?? (cancelled ? { thrown: cancelled } : { reply: { status: "joined", results } });
  }

  return pump();
}

/** Cancels what goes on within a lane, and what would begin there. */
function cancel({ engine, waiting }: Loop, lane: Lane, cause: unknown): void {
  const reason = cause instanceof StrandCancelled ? cause : new StrandCancelled(cause);
  lane.reason = reason;
  for (const [handle, wait] of waiting) if (reasonOf(wait.lane) !== undefined) engine.cancel(handle, reason.cause);
}
