import { stat } from "node:fs/promises";
import type { Lodging } from "./lodging.ts";
import { namelessBytes } from "./nameless-files.ts";
import { pollWhile } from "./poll-while.ts";
import type { Premises } from "./premises.ts";
import { sandboxMemory } from "./sandbox-memory.ts";
import { treeSize, type TreeSizeOptions } from "./tree-size.ts";

const EVERY_MS = 100;

export interface Watched {
  /** Where commands can write to disks of the host. */
  readonly workspace: string;
  readonly home: string;
  readonly memoryBytes: number | undefined;
  readonly diskBytes: number | undefined;
  /** Told of what a sandbox has gone over. */
  readonly onOver: (reason: "memory" | "disk", lodging: Lodging) => void;
}

/** Looks at what the kernel does not limit, as long as something runs. */
export interface LimitWatch {
  /** Before anything runs: what is there does not count. */
  measure(premises: Premises): Promise<void>;
  /** To be disposed of when the command has ended. */
  begin(lodging: Lodging, premises: Premises): Disposable;
}

export function limitWatch(watched: Watched): LimitWatch {
  const { workspace, home, diskBytes } = watched;
  const watches = new Map<Lodging, { readonly polls: readonly Disposable[]; commands: number }>();
  let before: Promise<number> | undefined;

  return {
    async measure({ overlay }) {
      if (diskBytes === undefined) return;
      const places = overlay ? [home] : [workspace, home];
      await (before ??= Promise.all(places.map(async (place) => treeSize(place))).then(sum));
    },
    begin(lodging, premises) {
      const watch = watches.get(lodging) ?? { polls: pollsOf(watched, { lodging, premises, before }), commands: 0 };
      watches.set(lodging, watch);
      watch.commands += 1;
      return {
        [Symbol.dispose]() {
          if (--watch.commands > 0) return;
          watches.delete(lodging);
          for (const poll of watch.polls) poll[Symbol.dispose]();
        },
      };
    },
  };
}

interface Looked {
  readonly lodging: Lodging;
  readonly premises: Premises;
  /** What was there before anything ran. */
  readonly before: Promise<number> | undefined;
}

function pollsOf({ workspace, home, memoryBytes, diskBytes, onOver }: Watched, { lodging, premises, before }: Looked): readonly Disposable[] {
  const { first } = lodging.sandbox;
  const polls: Disposable[] = [];
  if (memoryBytes !== undefined) {
    const isOver = async (): Promise<boolean> => (await sandboxMemory(first, await disksOf([lodging.merged, home]))) > memoryBytes;
    polls.push(pollWhile({ isOver, onOver: () => onOver("memory", lodging), everyMs: EVERY_MS }));
  }
  if (diskBytes !== undefined) {
    const { overlay } = premises;
    const isOver = async (signal: AbortSignal): Promise<boolean> => {
      const written = sizeNow(overlay?.upper ?? workspace, { signal, givenNs: overlay?.givenNs() });
      const now = await Promise.all([written, sizeNow(home, { signal })]);
      const disks = await disksOf([lodging.merged, home]);
      const nameless = await namelessBytes(first, ({ dev }) => disks.has(dev));
      return sum(now) + nameless - ((await before) ?? 0) > diskBytes;
    };
    polls.push(pollWhile({ isOver, onOver: () => onOver("disk", lodging), everyMs: EVERY_MS }));
  }
  return polls;
}

const sum = (sizes: readonly number[]): number => sizes.reduce((all, size) => all + size, 0);

/** What was measured before and is now closed to its owner is without end. */
async function sizeNow(place: string, options: TreeSizeOptions): Promise<number> {
  return treeSize(place, options).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "EACCES") return Number.POSITIVE_INFINITY;
    throw error;
  });
}

async function disksOf(places: readonly string[]): Promise<ReadonlySet<number>> {
  return new Set(await Promise.all(places.map(async (place) => (await stat(place)).dev)));
}
