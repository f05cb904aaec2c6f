import type { DriveOptions, EngineContext, NodeCall, NodeHandle, NodeOutcome } from "./engine.ts";
import { AttemptAbandonedError } from "./errors.ts";
import { type Grace, graceAfter } from "./grace.ts";

interface Attempt {
  readonly handle: NodeHandle;
  /** Position in the order of starts. */
  readonly order: number;
  outcome?: NodeOutcome;
}

/** The attempts of one drive. */
export interface Attempts {
  readonly context: EngineContext;
  /** From now on the context cannot be used. */
  close(): void;
  /** Resolves when every started attempt has settled. */
  settled(): Promise<void>;
}

export interface AttemptsOptions extends DriveOptions {
  /** How long an attempt may go on after `signal` was aborted, before it is abandoned. */
  readonly graceMs: number;
}

export function attemptsOf(options: AttemptsOptions): Attempts {
  const { signal, graceMs } = options;
  const grace = graceAfter(signal, graceMs);
  const attempts = new Map<NodeHandle, Attempt>();
  const started = new Set<string>();
  const running: Promise<void>[] = [];
  let next = Promise.withResolvers<void>();
  let closed = false;

  async function run(call: NodeCall, attempt: Attempt): Promise<void> {
    attempt.outcome = await outcomeOf(call, { ...options, grace });
    next.resolve();
    next = Promise.withResolvers();
  }

  function assertOpen(): void {
    if (closed) throw new TypeError("The drive has ended: use its context only inside the interpreter.");
  }

  const context: EngineContext = {
    signal,
    start(call) {
      assertOpen();
      claim(call, started);
      const attempt: Attempt = { handle: Object.freeze({ path: call.path, attempt: call.attempt }), order: attempts.size };
      attempts.set(attempt.handle, attempt);
      running.push(run(call, attempt));
      return attempt.handle;
    },
    async waitAny(handles) {
      assertOpen();
      const candidates = inOrderOfStart(handles, attempts);
      for (;;) {
        for (const { handle, outcome } of candidates) if (outcome) return { handle, outcome };
        await next.promise;
      }
    },
  };

  return { context, close: () => void (closed = true), settled: async () => void (await Promise.all(running)) };
}

function inOrderOfStart(handles: readonly NodeHandle[], attempts: ReadonlyMap<NodeHandle, Attempt>): readonly Attempt[] {
  if (handles.length === 0) throw new TypeError("waitAny was given no handles, so it would wait for ever: give it at least one.");
  const found = handles.map((handle) => {
    const attempt = attempts.get(handle);
    if (!attempt) throw new TypeError(`Attempt ${handle.attempt} of ${handle.path} was not started in this drive: wait for what start returned.`);
    return attempt;
  });
  return found.sort((left, right) => left.order - right.order);
}

function claim({ path, attempt }: NodeCall, started: Set<string>): void {
  if (!Number.isInteger(attempt) || attempt < 1) throw new TypeError(`The attempt of ${path} is ${attempt}: attempts count from 1.`);
  const identity = `${path} ${attempt}`;
  if (started.has(identity)) throw new TypeError(`Attempt ${attempt} of ${path} was started before: give a new attempt a new number.`);
  started.add(identity);
}

async function outcomeOf(call: NodeCall, options: AttemptsOptions & { readonly grace: Grace }): Promise<NodeOutcome> {
  const { signal, graceMs, grace } = options;
  // The interpreter goes on first: an executor must not be able to run inside `start`.
  await Promise.resolve();
  if (signal.aborted) return cancelled(signal.reason);
  return await grace.of(
    () => executed(call, options),
    () => cancelled(new AttemptAbandonedError(call, { graceMs, cause: signal.reason })),
  );
}

async function executed(call: NodeCall, { execute, signal }: DriveOptions): Promise<NodeOutcome> {
  try {
    return await execute(call, { signal });
  } catch (error) {
    return { status: signal.aborted ? "cancelled" : "failed", error };
  }
}

function cancelled(error: unknown): NodeOutcome {
  return { status: "cancelled", error };
}
