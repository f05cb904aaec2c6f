import { type ArtifactStore, getArtifact } from "@dad/artifacts";
import { DadError, type Descriptor, type Digest, type FsckReport, messageOf } from "@dad/protocol";

export type ContentVerdict = { readonly state: "whole" } | { readonly state: "missing" } | { readonly state: "damaged"; readonly reason: string };

/** Checks each content once, however often it is named. */
export interface Contents {
  /** Of what an entry names. Content that the entry brings along is checked there. */
  of(entry: Descriptor): Promise<ContentVerdict>;
  /** Of stored content, whoever names it. */
  stored(digest: Digest): Promise<ContentVerdict>;
  /** The stored contents that turned out to be damaged, and why they are. */
  damaged(): ReadonlyMap<Digest, string>;
  /** How many different contents were checked. */
  count(): number;
}

export interface ContentsOptions {
  /** `quick` reads no content: it may be damaged and have the right size. */
  readonly depth: FsckReport["depth"];
  readonly signal?: AbortSignal | undefined;
  /** Brings missing content back from elsewhere. False when it is not to be had. */
  readonly recover?: (digest: Digest) => Promise<boolean>;
}

type Found = ContentVerdict & { readonly size?: number };

export function contentsOf(artifacts: ArtifactStore, { depth, signal, recover }: ContentsOptions): Contents {
  const abort = signal ? { signal } : {};
  const known = new Map<Digest, Promise<Found>>();
  const damaged = new Map<Digest, string>();
  let brought = 0;

  async function look(digest: Digest): Promise<Found> {
    const size = await artifacts.size(digest, abort);
    if (size === undefined) return { state: "missing" };
    if (depth === "full") await drain(artifacts, digest, abort);
    return { state: "whole", size };
  }

  async function examine(digest: Digest): Promise<Found> {
    const first = await verdictOf(look(digest));
    const found = first.state === "missing" && (await recover?.(digest)) ? await verdictOf(look(digest)) : first;
    if (found.state === "damaged") damaged.set(digest, found.reason);
    return found;
  }

  function stored(digest: Digest): Promise<Found> {
    const found = known.get(digest) ?? examine(digest);
    known.set(digest, found);
    return found;
  }

  return {
    async of(entry) {
      if (entry.data !== undefined) {
        brought++;
        return verdictOf(drain(artifacts, entry, abort).then(() => ({ state: "whole" })));
      }
      const found = await stored(entry.digest);
      if (found.state !== "whole" || found.size === entry.size) return found;
      return { state: "damaged", reason: `it has ${found.size} bytes, and the entry says ${entry.size}` };
    },
    stored,
    damaged: () => damaged,
    count: () => known.size + brought,
  };
}

async function drain(artifacts: ArtifactStore, ref: Digest | Descriptor, abort: { readonly signal?: AbortSignal }): Promise<void> {
  const { body } = await getArtifact(artifacts, ref, abort);
  for await (const _chunk of body);
}

/** What the storage refuses is thrown: it says nothing of the content. */
async function verdictOf(work: Promise<Found>): Promise<Found> {
  try {
    return await work;
  } catch (error) {
    if (DadError.is(error, "ARTIFACT_MISSING")) return { state: "missing" };
    if (DadError.is(error, "ARTIFACT_DAMAGED")) return { state: "damaged", reason: messageOf(error) };
    throw error;
  }
}
