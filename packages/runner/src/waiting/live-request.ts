import type { InputRequest, Json } from "@dad/protocol";
import type { z } from "zod";

/** Something that is asked at this moment. */
export interface LiveRequest extends ToAnswer {
  /** Settles at most once. */
  readonly answer: Promise<Json>;
  /** Aborted when it has, or never will. */
  readonly over: AbortSignal;
  isOver(): boolean;
  give(value: Json): void;
  fail(this: void, error: unknown): void;
  /** Nobody is to go on with it in this process: it never settles. */
  leave(): void;
}

export interface ToAnswer {
  readonly request: InputRequest;
  /** Of answers. */
  readonly schema: z.ZodType;
  /** Of its node, that asks. */
  readonly attempt: number;
}

export function liveRequest(asked: ToAnswer): LiveRequest {
  const { promise: answer, resolve, reject } = Promise.withResolvers<Json>();
  const over = new AbortController();
  // It may fail before anybody waits for it.
  answer.catch(() => undefined);
  const settle = (how: () => void): void => {
    if (!over.signal.aborted) how();
    over.abort();
  };
  return {
    ...asked,
    answer,
    over: over.signal,
    isOver: () => over.signal.aborted,
    give: (value) => settle(() => resolve(value)),
    fail: (error) => settle(() => reject(error)),
    leave: () => over.abort(),
  };
}
