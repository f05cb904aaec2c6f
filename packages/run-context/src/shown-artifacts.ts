import type { ArtifactView } from "@dad/artifacts";
import type { ArtifactEntry } from "@dad/protocol";

/** Shows artifacts beside the work: a node need not wait for what only people look at. */
export interface ShownArtifacts {
  /**
   * Resolves when it is their turn soon. What was added before is shown before; what says that it is not `shown` is left out.
   * A failure is told by `settled`.
   */
  add(entries: readonly ArtifactEntry[]): Promise<void>;
  /** Resolves when all are shown. Rejects with the first failure, once. */
  settled(): Promise<void>;
}

/** How many groups may wait to be shown before those who add more wait, too. */
const BACKLOG = 32;

export function shownArtifacts(view: ArtifactView | undefined): ShownArtifacts {
  if (view === undefined) return { add: async () => undefined, settled: async () => undefined };
  const waiting = new Set<Promise<void>>();
  let last = Promise.resolve();
  let failure: { readonly cause: unknown } | undefined;

  async function show(on: ArtifactView, entries: readonly ArtifactEntry[]): Promise<void> {
    await Promise.all(entries.map((entry) => on.place(entry.path, entry))).catch((cause: unknown) => {
      failure ??= { cause };
    });
  }

  return {
    async add(entries) {
      const visible = entries.filter(({ shown }) => shown !== false);
      if (visible.length === 0) return;
      const shown: Promise<void> = last.then(() => show(view, visible)).finally(() => waiting.delete(shown));
      last = shown;
      waiting.add(shown);
      const [first] = waiting;
      if (waiting.size > BACKLOG) await first;
    },
    async settled() {
      await last;
      const told = failure;
      failure = undefined;
      if (told) throw told.cause;
    },
  };
}
