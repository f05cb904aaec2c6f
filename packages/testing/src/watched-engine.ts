import type { Engine, NodeCall, NodeOutcome } from "@dad/engine";

/** An attempt that goes on. */
export interface Going {
  /** Waits for something that only goes on when time does: meanwhile the attempt does not work. */
  waitFor<Value>(awaited: Promise<Value>): Promise<Value>;
}

/** What the last attempt of a node was told, and how it ended. */
export interface WatchedAttempt {
  readonly call: NodeCall;
  /** `undefined` while it goes on. */
  readonly outcome: NodeOutcome | undefined;
}

/** Knows what goes on in an engine, and what came of it. */
export interface Watch {
  engine(engine: Engine): Engine;
  isWorking(): boolean;
  /** The attempt that goes on. @throws TypeError when there is none. */
  going(path: string, attempt: number): Going;
  attempts: ReadonlyMap<string, WatchedAttempt>;
}

export function watchAttempts(): Watch {
  const attempts = new Map<string, WatchedAttempt>();
  /** How many things each of those that go on waits for. */
  const waits = new Map<string, number>();
  const nameOf = (path: string, attempt: number) => `${path} ${attempt}`;

  function add(name: string, change: 1 | -1): void {
    const count = waits.get(name);
    if (count !== undefined) waits.set(name, count + change);
  }

  return {
    attempts,
    isWorking: () => [...waits.values()].some((count) => count === 0),
    going(path, attempt) {
      const name = nameOf(path, attempt);
      if (!waits.has(name)) throw new TypeError(`attempt ${attempt} of ${path} does not go on`);
      return {
        async waitFor(awaited) {
          add(name, 1);
          return await awaited.finally(() => add(name, -1));
        },
      };
    },
    engine: (engine) => ({
      capabilities: engine.capabilities,
      drive: (interpret, options) =>
        engine.drive(interpret, {
          ...options,
          async execute(call, rest) {
            const name = nameOf(call.path, call.attempt);
            waits.set(name, 0);
            attempts.set(call.path, { call, outcome: undefined });
            // While somebody outside has to answer, an attempt does not work.
            const hold = (): Disposable => {
              const held = rest.hold?.();
              add(name, 1);
              return {
                [Symbol.dispose]() {
                  add(name, -1);
                  held?.[Symbol.dispose]();
                },
              };
            };
            try {
              const outcome = await options.execute(call, { ...rest, hold });
              attempts.set(call.path, { call, outcome });
              return outcome;
            } finally {
              waits.delete(name);
            }
          },
        }),
    }),
  };
}
