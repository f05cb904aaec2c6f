import type { Clock } from "./clock.ts";
import type { NodeCall, NodeExecutor, NodeOutcome } from "./engine.ts";
import { AttemptAbandonedError, AttemptTimeoutError } from "./errors.ts";
import { stoppedOutcome } from "./stopped-outcome.ts";

export interface AttemptOptions {
  readonly execute: NodeExecutor;
  readonly clock: Clock;
  /** How long an attempt may go on after it was aborted, before it is abandoned. */
  readonly graceMs: number;
}

/** An attempt that goes on. */
export interface Attempt {
  readonly outcome: Promise<NodeOutcome>;
  /** Has reached the executor's signal when it returns. Only the first abort counts. */
  readonly abort: (reason: unknown) => void;
}

/** When an attempt waits, and for how long. */
export type Timing = Pick<NodeCall, "delayMs" | "timeoutMs" | "restMs">;

interface Work extends AttemptOptions {
  readonly call: NodeCall;
  readonly signal: AbortSignal;
  readonly abort: (reason: unknown) => void;
  /** What an abort changes in what the attempt does just now. */
  onAbort: () => void;
}

/** Begins an attempt, whose executor does not run before the caller has gone on. */
export function attemptOf(call: NodeCall, timing: Timing, options: AttemptOptions): Attempt {
  const controller = new AbortController();
  const { signal } = controller;
  const abort = (reason: unknown) => {
    if (signal.aborted) return;
    controller.abort(reason);
    work.onAbort();
  };
  const work: Work = { ...options, call, signal, abort, onAbort: nothing };
  return { outcome: outcomeOf(work, timing), abort };
}

async function outcomeOf(work: Work, { delayMs, timeoutMs, restMs }: Timing): Promise<NodeOutcome> {
  const { signal } = work;
  await (delayMs === undefined ? undefined : pause(delayMs, work));
  if (signal.aborted) return { status: "cancelled", error: signal.reason };
  const outcome = await executed(work, timeoutMs);
  if (restMs !== undefined && outcome.status === "completed" && !signal.aborted) await pause(restMs, work);
  return outcome;
}

/** Ends with the time, or at once with an abort. */
function pause(ms: number, work: Work): Promise<void> {
  return new Promise((resolve) => {
    const stop = work.clock.after(ms, resolve);
    work.onAbort = () => {
      stop();
      resolve();
    };
  });
}

/** What the executor gives, or what is to be said without it when it does not react to its signal. */
function executed(work: Work, timeoutMs: number | undefined): Promise<NodeOutcome> {
  const { clock, graceMs } = work;
  return new Promise((resolve) => {
    const limit = timeLimit(work, timeoutMs);
    let stopTimer = () => limit.end();
    work.onAbort = () => {
      stopTimer();
      stopTimer = clock.after(graceMs, () => resolve(abandoned(work)));
    };
    void reported(work, () => limit.hold()).then((outcome) => {
      stopTimer();
      work.onAbort = nothing;
      resolve(outcome);
    });
  });
}

/** Aborts an attempt after its time, of which none passes while somebody holds it. */
function timeLimit({ clock, call, abort }: Work, timeoutMs: number | undefined) {
  let holders = 0;
  let ended = false;
  let stop = nothing;
  const start = (): void => {
    if (timeoutMs !== undefined && holders === 0 && !ended) stop = clock.after(timeoutMs, () => abort(new AttemptTimeoutError(call, { timeoutMs })));
  };
  start();
  return {
    hold(): Disposable {
      let held = true;
      holders += 1;
      stop();
      return {
        [Symbol.dispose]() {
          if (!held) return;
          held = false;
          holders -= 1;
          start();
        },
      };
    },
    end(): void {
      ended = true;
      stop();
    },
  };
}

/** An attempt that was timed out has failed because of that, whatever its executor takes it for. */
async function reported({ call, signal, execute }: Work, hold: () => Disposable): Promise<NodeOutcome> {
  try {
    const outcome = await execute(call, { signal, hold });
    return outcome.status !== "completed" && isTimedOut(signal) ? stoppedOutcome(signal, outcome.error) : outcome;
  } catch (error) {
    return stoppedOutcome(signal, error);
  }
}

function abandoned({ call, signal, graceMs }: Work): NodeOutcome {
  const error = new AttemptAbandonedError(call, { graceMs, cause: signal.reason });
  return { status: isTimedOut(signal) ? "failed" : "cancelled", error };
}

function isTimedOut(signal: AbortSignal): boolean {
  return signal.reason instanceof AttemptTimeoutError;
}

function nothing(): void {}
