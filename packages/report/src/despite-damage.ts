import { DadError, type ErrorEnvelope, errorEnvelope } from "@dad/protocol";
import type { AbortOptions } from "./report-ports.ts";

/** What could be read, or what stands in its place, and why it does. */
export interface ReadDespite<Value> {
  readonly value: Value;
  readonly damage: readonly ErrorEnvelope[];
}

/** A report is made of what is there: a failure of what it reads is told in it. One of the program is thrown. */
export async function despiteDamage<Value>(read: () => Promise<Value>, instead: Value, { signal }: AbortOptions): Promise<ReadDespite<Value>> {
  try {
    return { value: await read(), damage: [] };
  } catch (error) {
    signal?.throwIfAborted();
    if (!DadError.is(error)) throw error;
    return { value: instead, damage: [errorEnvelope(error)] };
  }
}
