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

interface Group {
  readonly entries: readonly ArtifactEntry[];
  /** Lets go on who added it. */
  readonly admit: () => void;
}

export function shownArtifacts(view: ArtifactView | undefined): ShownArtifacts {
  if (view === undefined) return { add: async () => undefined, settled: async () => undefined };
  const waiting: Group[] = [];
  let showing: Promise<void> | undefined;
  let failure: { readonly cause: unknown } | undefined;

  async function showAll(on: ArtifactView): Promise<void> {
    for (let group = waiting[0]; group; group = waiting[0]) {
      await Promise.all(group.entries.map((entry) => on.place(entry.path, entry))).catch((cause: unknown) => {
        failure ??= { cause };
      });
      waiting.shift();
      waiting[BACKLOG - 1]?.admit();
    }
    showing = undefined;
  }

  return {
    async add(entries) {
      const visible = entries.filter(({ shown }) => shown !== false);
      if (visible.length === 0) return;
      const admitted = Promise.withResolvers<void>();
      waiting.push({ entries: visible, admit: admitted.resolve });
      if (waiting.length <= BACKLOG) admitted.resolve();
      showing ??= showAll(view);
      await admitted.promise;
    },
    async settled() {
      await showing;
      const told = failure;
      failure = undefined;
      if (told) throw told.cause;
    },
  };
}
