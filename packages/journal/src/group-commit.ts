/** Where lines go. */
export interface LineSink {
  /** Resolves once the lines are as durable as they get. */
  write(lines: readonly string[]): Promise<void>;
}

export interface GroupCommit {
  /** Resolves once the line is durable. One that nobody awaits is in less of a hurry. After a failed write everything is rejected with its cause. */
  add(line: string, options: { readonly awaited: boolean }): Promise<void>;
  /** Resolves when everything is written. Rejects with a failure that nobody was told of who waited for a line. */
  empty(): Promise<void>;
}

interface Waiting extends PromiseWithResolvers<void> {
  readonly line: string;
  readonly awaited: boolean;
}

/** How long lines that nobody waits for may wait for one that somebody does, to go to the disk with it. */
const COMPANY_MS = 5;

/** Writes what was added while a write was going on together in the next one. `failed` is told of a write that fails. */
export function groupCommit(sink: LineSink, failed: (cause: unknown) => void): GroupCommit {
  let waiting: Waiting[] = [];
  let writing: Promise<void> | undefined;
  const company = gathering();
  const lines = untilOneFails(sink, failed);

  async function writeAll(): Promise<void> {
    // What is added in the same turn belongs together.
    await Promise.resolve();
    while (waiting.length > 0) {
      if (!waiting.some(({ awaited }) => awaited)) await company.wait();
      const batch = waiting;
      waiting = [];
      await lines.write(batch);
    }
    writing = undefined;
  }

  return {
    add(line, { awaited }) {
      const item: Waiting = { line, awaited, ...Promise.withResolvers<void>() };
      // Whoever waits for no line is told by the next one.
      if (!awaited) item.promise.catch(() => undefined);
      waiting.push(item);
      if (awaited) company.arrive();
      writing ??= writeAll();
      return item.promise;
    },
    async empty() {
      company.arrive();
      await writing;
      lines.throwUntold();
    },
  };
}

/** Writes until a write fails. What comes later is rejected with the same cause: nobody knows what is there. */
function untilOneFails(sink: LineSink, failed: (cause: unknown) => void) {
  let failure: { readonly cause: unknown; readonly told: boolean } | undefined;
  return {
    async write(batch: readonly Waiting[]): Promise<void> {
      const awaited = batch.some((line) => line.awaited);
      try {
        if (failure) throw failure.cause;
        const texts = batch.map(({ line }) => line);
        await sink.write(texts);
        for (const { resolve } of batch) resolve();
      } catch (cause) {
        failure ??= { cause, told: awaited };
        failed(cause);
        for (const { reject } of batch) reject(cause);
      }
    },
    throwUntold(): void {
      if (failure?.told === false) throw failure.cause;
    },
  };
}

/** Waits for company, but not for long. */
function gathering() {
  let arrival = Promise.withResolvers<void>();
  return {
    arrive: () => arrival.resolve(),
    wait(): Promise<void> {
      arrival = Promise.withResolvers();
      const { promise, resolve } = arrival;
      const timer = setTimeout(resolve, COMPANY_MS);
      return promise.finally(() => clearTimeout(timer));
    },
  };
}
