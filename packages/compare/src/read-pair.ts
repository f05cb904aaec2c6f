import type { ArtifactEntry, Json, NodeComparison, RunId } from "@dad/protocol";
import { decodeValue } from "@dad/run-context";
import type { ContentOf } from "./content-of.ts";
import { withoutOwnName } from "./own-name.ts";

/** What of one artifact two attempts have. */
export interface EntryPair {
  readonly before: ArtifactEntry | undefined;
  readonly after: ArtifactEntry | undefined;
}

export interface Pair<Value> {
  readonly before: Value;
  readonly after: Value;
}

/** Reads what two attempts kept under the same name, and notes what it could not read. */
export interface PairReader {
  /** Both values without the names of their runs; `undefined` when they are the same or cannot be compared. Of an entry that is not there, `undefined`. */
  values(pair: EntryPair): Promise<Pair<Json | undefined> | undefined>;
  /** Whether the texts are the same once the names of the runs are out. What is no text, or nowhere, is not. */
  sameText(pair: EntryPair): Promise<boolean>;
  readonly notCompared: NodeComparison["notCompared"];
}

/** More is not compared: what is read is held in memory, twice. */
export const MOST_BYTES = 4 * 1024 * 1024;

type Failure = NodeComparison["notCompared"][number]["reason"];
type Read<Value> = { readonly value: Value } | { readonly reason: Failure };

/** The bytes of what one attempt kept. */
type BytesOf = (entry: ArtifactEntry) => ReturnType<ContentOf>;

export function pairReader(bytesOf: Pair<BytesOf>, runs: Pair<RunId>): PairReader {
  const notCompared: NodeComparison["notCompared"] = [];
  const sides = { before: sideReader(bytesOf.before, runs.before), after: sideReader(bytesOf.after, runs.after) };
  return {
    notCompared,
    async values({ before, after }) {
      if (isSame({ before, after })) return undefined;
      const [old, now] = [await sides.before.value(before), await sides.after.value(after)];
      if ("value" in old && "value" in now) return { before: old.value, after: now.value };
      const reasons = [old, now].flatMap((read) => ("reason" in read ? [read.reason] : []));
      notCompared.push(...reasons.slice(0, 1).map((reason) => ({ name: (before ?? after)?.name ?? "", reason })));
      return undefined;
    },
    async sameText({ before, after }) {
      if (isSame({ before, after })) return true;
      if (!before || !after) return false;
      const old = await sides.before.text(before);
      if ("reason" in old) return false;
      const now = await sides.after.text(after);
      return "value" in now && old.value === now.value;
    },
  };
}

/** Reads what one run kept. */
interface SideReader {
  text(entry: ArtifactEntry): Promise<Read<string>>;
  value(entry: ArtifactEntry | undefined): Promise<Read<Json | undefined>>;
}

function sideReader(bytesOf: BytesOf, runId: RunId): SideReader {
  async function text(entry: ArtifactEntry): Promise<Read<string>> {
    if (entry.size > MOST_BYTES) return { reason: "large" };
    const bytes = await bytesOf(entry);
    if (bytes === undefined) return { reason: "missing" };
    try {
      return { value: withoutOwnName(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes), runId) };
    } catch {
      return { reason: "unreadable" };
    }
  }
  return {
    text,
    async value(entry) {
      if (entry === undefined) return { value: undefined };
      const read = await text(entry);
      if ("reason" in read) return read;
      try {
        return { value: decodeValue(read.value, entry.mediaType) };
      } catch {
        return { reason: "unreadable" };
      }
    },
  };
}

/** Of the same digest nothing is read. */
function isSame({ before, after }: EntryPair): boolean {
  return before?.digest === after?.digest;
}
