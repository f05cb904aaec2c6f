import type { NodeHandle, NodeOutcome, Settled } from "./engine.ts";

/** Started attempts, until `next` has told them. */
export interface ToldOrder {
  add(handle: NodeHandle): Place;
  /**
   * Resolves with the next one to be told, at once when it has settled.
   *
   * @throws TypeError when there is none to be told, and while an earlier call still waits.
   */
  next(): Promise<Settled>;
}

/** Where an attempt stands among those to be told. */
export interface Place {
  /** An earlier drive was told of it. */
  readonly recorded: boolean;
  readonly settle: (outcome: NodeOutcome) => void;
}

/**
 * Tells attempts in the order in which they settle, but those of `replay` in the order of that, and first. It takes each the
 * same small time, however many wait.
 */
export function toldOrder(replay: readonly NodeHandle[]): ToldOrder {
  const live = queueOf<Settled>();
  const record = recordOf(replay);
  let untold = 0;
  let waiting: ((told: Settled) => void) | undefined;

  function tell(): void {
    if (!waiting) return;
    const told = record.hasNext() ? record.take() : live.take();
    if (!told) return;
    untold -= 1;
    waiting(told);
    waiting = undefined;
  }

  return {
    add(handle) {
      untold += 1;
      const settle = record.settlerOf(handle);
      return {
        recorded: settle !== undefined,
        settle(outcome) {
          (settle ?? live.put)({ handle, outcome });
          tell();
        },
      };
    },
    async next() {
      if (waiting) throw new TypeError("An earlier call of next still waits: await it before the next one, an interpreter is one loop.");
      if (untold === 0) throw new TypeError("next would wait for ever, because every attempt that was started has been told: start one before.");
      return new Promise((resolve) => {
        waiting = resolve;
        tell();
      });
    },
  };
}

interface Queue<Item> {
  readonly put: (item: Item) => void;
  readonly take: () => Item | undefined;
}

/** Two stacks: what was put is turned over once, when all before it was taken. */
function queueOf<Item>(): Queue<Item> {
  let put: Item[] = [];
  let taken: Item[] = [];
  return {
    put: (item) => void put.push(item),
    take() {
      if (taken.length === 0) [put, taken] = [taken, put.reverse()];
      return taken.pop();
    },
  };
}

interface Recorded {
  settled?: Settled;
}

/** The attempts that go on and are in the record, by their place in it. */
function recordOf(replay: readonly NodeHandle[]) {
  const places = new Map(replay.map((handle, place) => [identityOf(handle), place]));
  const going: (Recorded | undefined)[] = replay.map(() => undefined);
  /** None goes on before this place. */
  let first = replay.length;

  return {
    /** How to say that it has settled; `undefined` when it is not in the record. */
    settlerOf(handle: NodeHandle): ((settled: Settled) => void) | undefined {
      const place = places.size === 0 ? undefined : places.get(identityOf(handle));
      if (place === undefined) return undefined;
      const recorded: Recorded = {};
      going[place] = recorded;
      first = Math.min(first, place);
      return (settled) => void (recorded.settled = settled);
    },
    hasNext(): boolean {
      while (first < going.length && !going[first]) first += 1;
      return first < going.length;
    },
    /** The next one, if it has settled. */
    take(): Settled | undefined {
      const settled = going[first]?.settled;
      if (settled) going[first] = undefined;
      return settled;
    },
  };
}

function identityOf({ path, attempt }: NodeHandle): string {
  return `${path} ${attempt}`;
}
