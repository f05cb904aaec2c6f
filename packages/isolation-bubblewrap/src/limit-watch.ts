import type { Lodging } from "./lodging.ts";
import { pollWhile } from "./poll-while.ts";
import type { Premises } from "./premises.ts";
import { sandboxMemory } from "./sandbox-memory.ts";
import { treeSize } from "./tree-size.ts";

const EVERY_MS = 100;

export interface Watched {
  readonly workspace: string;
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

export function limitWatch({ workspace, memoryBytes, diskBytes, onOver }: Watched): LimitWatch {
  const watches = new Map<Lodging, { readonly polls: readonly Disposable[]; commands: number }>();
  let before: Promise<number> | undefined;

  const start = (lodging: Lodging, premises: Premises): readonly Disposable[] => {
    const polls: Disposable[] = [];
    if (memoryBytes !== undefined) {
      const isOver = async (): Promise<boolean> => (await sandboxMemory(lodging.sandbox.first)) > memoryBytes;
      polls.push(pollWhile({ isOver, onOver: () => onOver("memory", lodging), everyMs: EVERY_MS }));
    }
    if (diskBytes !== undefined) {
      const isOver = async (signal: AbortSignal): Promise<boolean> => {
        const now = await treeSize(premises.overlay?.upper ?? workspace, signal);
        return now - ((await before) ?? 0) > diskBytes;
      };
      polls.push(pollWhile({ isOver, onOver: () => onOver("disk", lodging), everyMs: EVERY_MS }));
    }
    return polls;
  };
  return {
    async measure({ overlay }) {
      if (diskBytes !== undefined && !overlay) await (before ??= treeSize(workspace));
    },
    begin(lodging, premises) {
      const watch = watches.get(lodging) ?? { polls: start(lodging, premises), commands: 0 };
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
