import type { JournalStore } from "@dad/journal";
import { type ArtifactEntry, DadError, type NodeOrigin, type RecordedEvent, type RunId } from "@dad/protocol";

/** The small contents of reused nodes, which are in the entries of the runs that executed them, and nowhere else. */
export interface OriginContents {
  /** The artifacts of a reused node with their small contents. What its origin has not stays without. */
  of(origin: NodeOrigin, artifacts: readonly ArtifactEntry[]): Promise<readonly ArtifactEntry[]>;
  /** Why it is not known what else a run had: `RUN_UNKNOWN`, `JOURNAL_DAMAGED`. `undefined` when all of it could be read. */
  failure(origin: RunId): Promise<DadError | undefined>;
}

/** By the number of the entry: those of its artifacts that have data. */
type Contents = Map<number, readonly ArtifactEntry[]>;

interface Origin {
  readonly contents: Contents;
  readonly failure: DadError | undefined;
}

export interface OriginContentsOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads what a run retains of the origins of its reused nodes: each journal once, when something of it is asked for. What is
 * damaged there is looked for in the journal of the origin itself, which may be another file.
 */
export function contentsOfOrigins(journals: Pick<JournalStore, "read">, runId: RunId, { signal }: OriginContentsOptions = {}): OriginContents {
  const known = new Map<RunId, Promise<Origin>>();
  const abort = signal ? { signal } : {};

  async function read(origin: RunId): Promise<Origin> {
    const contents: Contents = new Map();
    const failure = await addContents(contents, () => journals.read(origin, { through: runId, ...abort }));
    if (failure?.code !== "JOURNAL_DAMAGED") return { contents, failure };
    const own = await addContents(contents, () => journals.read(origin, abort));
    return { contents, failure: own && failure };
  }

  function originOf(origin: RunId): Promise<Origin> {
    const found = known.get(origin) ?? read(origin);
    known.set(origin, found);
    return found;
  }

  return {
    async of({ runId: origin, seq }, artifacts) {
      if (artifacts.every(({ data }) => data !== undefined)) return artifacts;
      const made = (await originOf(origin)).contents.get(seq) ?? [];
      return artifacts.map((entry) => {
        const data = entry.data ?? made.find(({ name, digest }) => name === entry.name && digest === entry.digest)?.data;
        return data === undefined ? entry : { ...entry, data };
      });
    },
    failure: async (origin) => (await originOf(origin)).failure,
  };
}

/** Whoever asks for a content that is missing can ask for the failure, too. What was read first stays. */
async function addContents(contents: Contents, read: () => AsyncIterable<RecordedEvent>): Promise<DadError | undefined> {
  try {
    for await (const event of read()) {
      const small = event.type === "node.completed" || event.type === "node.failed" ? event.artifacts.filter(({ data }) => data !== undefined) : [];
      if (small.length > 0 && !contents.has(event.seq)) contents.set(event.seq, small);
    }
    return undefined;
  } catch (error) {
    if (DadError.is(error, "RUN_UNKNOWN") || DadError.is(error, "JOURNAL_DAMAGED")) return error;
    throw error;
  }
}

/** The same without contents, for the entry of a node that reuses them. */
export function withoutData(artifacts: readonly ArtifactEntry[]): ArtifactEntry[] {
  return artifacts.map(({ data: _data, ...entry }) => entry);
}
