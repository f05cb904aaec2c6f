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
type Settle = (reply: NodeOutcome) => void;

interface Loop {
  readonly engine: EngineContext;
  readonly waiting: Map<NodeHandle, { readonly lane: Lane; readonly resume: Settle }>;
}

export interface RunStrandOptions {
  /** Called each time before the loop waits. What it throws ends the walk. */
  readonly beforeWait: () => void;
}

/** Runs a strand, and all that it forks, to the end: the one loop that waits. */
export async function runStrand<Result>(engine: EngineContext, strand: Strand<Result>, { beforeWait }: RunStrandOptions): Promise<Result> {
  const loop: Loop = { engine, waiting: new Map() };
  let ended: Ended<Result> | undefined;
  advance(loop, strand, { end: (how) => void (ended = how) });
  while (ended === undefined) {
    beforeWait();
    const { handle, outcome } = await engine.next();
    const waiting = loop.waiting.get(handle);
    loop.waiting.delete(handle);
    waiting?.resume(outcome);
  }
  if ("thrown" in ended) throw ended.thrown;
  return ended.result;
}

interface Continuation<Result> {
  end(how: Ended<Result>): void;
}

/** Resumes a strand until it waits, or ends. */
function advance<Result>(
  loop: Loop,
  strand: Strand<Result>,
  { end }: Continuation<Result>,
  given?: { readonly reply?: Reply; readonly thrown?: unknown },
): void {
  let step: IteratorResult<Wait, Result>;
  try {
    step = given && "thrown" in given ? strand.throw(given.thrown) : strand.next(given?.reply);
  } catch (thrown) {
    end({ thrown });
    return;
  }
  if (step.done) {
    end({ result: step.value });
    return;
  }
  const resume = (reply: Reply) => advance(loop, strand, { end }, { reply });
  if (step.value.kind === "attempt") loop.waiting.set(step.value.handle, { lane: step.value.lane, resume });
  else fork(loop, step.value, (how) => ("thrown" in how ? advance(loop, strand, { end }, how) : resume({ status: "joined", results: how.result })));
}

function fork(loop: Loop, { strands, limit, lane: parent }: Fork, end: (how: Ended<readonly Json[]>) => void): void {
  const lane: Lane = { parent };
  const results: Json[] = [];
  let first: { readonly thrown: unknown } | undefined;
  let running = 0;
  let exhausted = false;
  let pumping = false;
  let over = false;

  const onEnd = (index: number) => (how: Ended<Json>) => {
    running -= 1;
    if ("result" in how) results[index] = how.result;
    else if (!first) {
      first = how;
      cancel(loop, lane, how.thrown);
    }
    pump();
  };

  function begin(): void {
    try {
      const { done, value } = strands.next();
      if (done) exhausted = true;
      else {
        const index = results.push(null) - 1;
        running += 1;
        advance(loop, value(lane), { end: onEnd(index) });
      }
    } catch (thrown) {
      first ??= { thrown };
    }
  }

  // What ends at once ends within: it must not begin the next one by itself, or many of them would pile up on the stack.
  function pump(): void {
    if (pumping) return;
    pumping = true;
    while (running < limit && !exhausted && !first && !reasonOf(lane)) begin();
    pumping = false;
    if (running > 0 || over) return;
    over = true;
    const reason = exhausted ? undefined : reasonOf(parent);
    if (first) end(first);
    else end(reason ? { thrown: reason } : { result: results });
  }
  pump();
}

/** Cancels what goes on within a lane, and what would begin there. */
function cancel({ engine, waiting }: Loop, lane: Lane, cause: unknown): void {
  const reason = cause instanceof StrandCancelled ? cause : new StrandCancelled(cause);
  lane.reason = reason;
  for (const [handle, wait] of waiting) if (reasonOf(wait.lane) !== undefined) engine.cancel(handle, reason.cause);
}
