import type { InputRequest, Json } from "@dad/protocol";
import type { z } from "zod";

/** Something that is asked at this moment. */
export interface LiveRequest extends ToAnswer {
  /** Settles once. */
  readonly answer: Promise<Json>;
  /** Aborted when it has. */
  readonly over: AbortSignal;
  isOver(): boolean;
  give(value: Json): void;
  fail(this: void, error: unknown): void;
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
  return {
    ...asked,
    answer,
    over: over.signal,
    isOver: () => over.signal.aborted,
    give(value) {
      resolve(value);
      over.abort();
    },
    fail(error) {
      reject(error);
      over.abort();
    },
  };
}
