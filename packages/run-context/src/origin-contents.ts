import type { JournalStore } from "@dad/journal";
import { type ArtifactEntry, DadError, type NodeOrigin, type RunId } from "@dad/protocol";

/** The small contents of reused nodes, which are in the entries of the runs that executed them, and nowhere else. */
export interface OriginContents {
  /** The artifacts of a reused node with their small contents. What its origin has not stays without. */
  of(origin: NodeOrigin, artifacts: readonly ArtifactEntry[]): Promise<readonly ArtifactEntry[]>;
}

type Contents = ReadonlyMap<number, readonly ArtifactEntry[]>;

/** Reads what a run retains of the origins of its reused nodes: each journal once, when something of it is asked for. */
export function contentsOfOrigins(journals: JournalStore, runId: RunId, { signal }: { readonly signal?: AbortSignal } = {}): OriginContents {
  const known = new Map<RunId, Promise<Contents>>();

  async function read(origin: RunId): Promise<Contents> {
    const contents = new Map<number, readonly ArtifactEntry[]>();
    try {
      for await (const event of journals.read(origin, { through: runId, ...(signal ? { signal } : {}) }))
        if (event.type === "node.completed" || event.type === "node.failed") contents.set(event.seq, event.artifacts);
    } catch (error) {
      // Whoever asks for a content is told that it is missing, and which it is.
      if (!DadError.is(error, "RUN_UNKNOWN") && !DadError.is(error, "JOURNAL_DAMAGED")) throw error;
    }
    return contents;
  }

  return {
    async of({ runId: origin, seq }, artifacts) {
      let contents = known.get(origin);
      if (contents === undefined) known.set(origin, (contents = read(origin)));
      const made = (await contents).get(seq) ?? [];
      return artifacts.map((entry) => {
        const data = entry.data ?? made.find(({ name, digest }) => name === entry.name && digest === entry.digest)?.data;
        return data === undefined ? entry : { ...entry, data };
      });
    },
  };
}

/** The same without contents, for the entry of a node that reuses them. */
export function withoutData(artifacts: readonly ArtifactEntry[]): ArtifactEntry[] {
  return artifacts.map(({ data: _data, ...entry }) => entry);
}
