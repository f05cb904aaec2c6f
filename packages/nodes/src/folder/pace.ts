import { setImmediate } from "node:timers/promises";

/** Others wait no longer than this for a turn of the event loop, plus the step at hand. In milliseconds. */
const SLICE_MS = 8;

/** How long work that never waits by itself may go on: asked after each small step. */
export interface Pace {
  readonly signal: AbortSignal;
  /** True when others should have a turn: `if (pace.due()) await pace.turn()`. Asking costs next to nothing. */
  due(): boolean;
  /** Lets the event loop turn. @throws the reason of the signal once it is aborted. */
  turn(): Promise<void>;
}

export function paceOf(signal: AbortSignal): Pace {
  let since = performance.now();
  return {
    signal,
    due: () => performance.now() - since >= SLICE_MS,
    async turn() {
      signal.throwIfAborted();
      await setImmediate();
      signal.throwIfAborted();
      since = performance.now();
    },
  };
}

/** All of `steps`, with turns of the event loop between them. Steps that are `undefined` are only steps. */
export async function paced<Item>(steps: Iterable<Item | undefined>, pace: Pace): Promise<Item[]> {
  const items: Item[] = [];
  for (const item of steps) {
    if (item !== undefined) items.push(item);
    if (pace.due()) await pace.turn();
  }
  return items;
}
