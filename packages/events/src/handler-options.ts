import type { HandlerOptions, SubscribeOptions } from "./event-bus.ts";
import { HandlerTimeoutError } from "./handler-timeout.ts";

/** What a handler is called, and how long one call of it may take. */
export interface HandlerLimits {
  readonly name: string;
  readonly timeoutMs: number | undefined;
}

/** More than a timer of the platform can wait fires at once. */
const LONGEST_MS = 2 ** 31 - 1;

/** @throws TypeError for a name or a time limit that is none. */
export function readLimits({ name, timeoutMs }: HandlerOptions, nameOfItsOwn: string): HandlerLimits {
  if (name === "") throw new TypeError("A handler has a name that can be read in a report, or none (undefined).");
  if (timeoutMs !== undefined && !(timeoutMs > 0 && timeoutMs <= LONGEST_MS)) {
    throw new TypeError(`The time limit of a handler is a number of milliseconds above 0, at most ${LONGEST_MS}, not ${timeoutMs}.`);
  }
  return { name: name ?? nameOfItsOwn, timeoutMs };
}

/** @throws TypeError when it is no whole number from 1. */
export function assertCapacity(capacity: number): void {
  if (!Number.isInteger(capacity) || capacity < 1) {
    throw new TypeError(`The capacity is how many events may wait for a subscriber: a whole number from 1, not ${capacity}.`);
  }
}

/** @throws TypeError when it is none of the two. */
export function assertOverflow(overflow: SubscribeOptions["overflow"]): void {
  if (overflow !== undefined && overflow !== "drop-oldest" && overflow !== "drop-newest") {
    throw new TypeError(`"${String(overflow)}" is no way to make room: it is "drop-oldest" or "drop-newest".`);
  }
}

/** Calls `expire` when the time of a call is over, unless it is disposed before. */
export function timeLimit({ name, timeoutMs }: HandlerLimits, expire: (error: HandlerTimeoutError) => void): Disposable {
  if (timeoutMs === undefined) return { [Symbol.dispose]() {} };
  const timer = setTimeout(() => expire(new HandlerTimeoutError({ name, timeoutMs })), timeoutMs);
  return { [Symbol.dispose]: () => clearTimeout(timer) };
}

/** A registration ends once: when it is disposed, or with the signal. */
export function registration(end: () => void, signal: AbortSignal | undefined): Disposable {
  function dispose(): void {
    signal?.removeEventListener("abort", dispose);
    end();
  }
  if (signal?.aborted) dispose();
  else signal?.addEventListener("abort", dispose, { once: true });
  return { [Symbol.dispose]: dispose };
}
