import { assertMilliseconds } from "./clock.ts";
import type { AttemptOptions } from "./attempt.ts";
import { crowdOf } from "./crowd.ts";
import type { DriveOptions, EngineContext, NodeCall, NodeHandle } from "./engine.ts";
import { toldOrder } from "./told-order.ts";

/** The attempts of one drive. */
export interface Attempts {
  readonly context: EngineContext;
  /** Aborts those that still go on, and resolves when they have settled. From now on the context cannot be used. */
  end(reason: unknown): Promise<void>;
}

export function attemptsOf({ signal, replay = [], ...options }: DriveOptions & AttemptOptions): Attempts {
  const handles = handlesOfDrive();
  const order = toldOrder(replay);
  const crowd = crowdOf(signal, options);
  let ended = false;

  function assertOpen(): void {
    if (ended) throw new TypeError("The drive has ended: use its context only inside the interpreter.");
  }

  const context: EngineContext = {
    start(call) {
      assertOpen();
      const handle = handles.claim(call);
      crowd.start(handle, call, order.add(handle));
      return handle;
    },
    async next() {
      assertOpen();
      return order.next();
    },
    cancel(handle, reason) {
      assertOpen();
      handles.assertOwn(handle);
      crowd.cancel(handle, reason);
    },
  };

  return {
    context,
    end(reason) {
      ended = true;
      return crowd.end(reason);
    },
  };
}

/** Gives handles to calls that can be started. Of those it keeps one number for each path. */
function handlesOfDrive() {
  const own = new WeakSet<NodeHandle>();
  const last = new Map<string, number>();
  return {
    claim({ path, attempt, delayMs, timeoutMs, restMs }: NodeCall): NodeHandle {
      if (!Number.isInteger(attempt) || attempt < 1) throw new TypeError(`The attempt of ${path} is ${attempt}: attempts count from 1.`);
      const before = last.get(path) ?? 0;
      if (attempt <= before)
        throw new TypeError(`Attempt ${attempt} of ${path} was started after attempt ${before}: give each a higher number than those before.`);
      assertMilliseconds(`delayMs of ${path}`, delayMs);
      assertMilliseconds(`timeoutMs of ${path}`, timeoutMs);
      assertMilliseconds(`restMs of ${path}`, restMs);
      last.set(path, attempt);
      const handle = Object.freeze({ path, attempt });
      own.add(handle);
      return handle;
    },
    assertOwn(handle: NodeHandle): void {
      if (!own.has(handle))
        throw new TypeError(`Attempt ${handle.attempt} of ${handle.path} was not started in this drive: give what start returned.`);
    },
  };
}
