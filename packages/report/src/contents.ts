import { createHash } from "node:crypto";
import { type Artifact, ArtifactIntegrityError, getArtifact } from "@dad/artifacts";
import {
  type ArtifactEntry,
  DadError,
  type Digest,
  digestOfHex,
  type ErrorEnvelope,
  errorEnvelope,
  type RecordedEvent,
  type ReportContent,
  type RunId,
} from "@dad/protocol";
import { contentsOfOrigins, type OriginContents } from "@dad/run-context";
import { type NamedContent, namedContents } from "./named-contents.ts";
import { isPicture, type ReadBytes, readable } from "./readable-content.ts";
import type { AbortOptions, ReportLimits, ReportPorts } from "./report-ports.ts";
import type { Omissions } from "./within-limits.ts";

/** Content is read to its end to verify it; of more than that, nobody waits for it. */
const LARGEST_VERIFIED = 64 * 2 ** 20;
/** Of a text that is to be read as a whole, and of a picture, that many times as much is brought along. */
const MORE = 4;
/** Of bytes that are neither, the beginning tells what they are. */
const MOST_BYTES = 4 * 2 ** 10;

export interface CollectContentsOptions extends AbortOptions {
  readonly runId: RunId;
  readonly limits: Pick<ReportLimits, "contents" | "content">;
  readonly omitted: Omissions;
}

export interface CollectedContents {
  readonly contents: Record<Digest, ReportContent>;
  /** Why some could not be read, other than that they are missing or not what their digest says. */
  readonly damage: readonly ErrorEnvelope[];
}

/** The contents that a run names, verified, as far as there is room for them: what matters most has it first. */
export async function collectContents(
  ports: ReportPorts,
  events: readonly RecordedEvent[],
  options: CollectContentsOptions,
): Promise<CollectedContents> {
  const { limits, omitted, signal } = options;
  const reader = contentReader(ports, options);
  const contents: Record<Digest, ReportContent> = {};
  let room = limits.contents;
  for (const named of namedContents(events)) {
    signal?.throwIfAborted();
    const { content, size } = await asContent(reader, named, { limits, room });
    room -= size;
    contents[named.entry.digest] = content;
    if (content.state === "left") omitted.add("contents", 1, "there is no room for them in a report");
    if (content.state === "cut") omitted.add("contents", 1, "they are long: only their beginning is there");
  }
  return { contents, damage: reader.damage() };
}

interface Space {
  readonly limits: Pick<ReportLimits, "content">;
  readonly room: number;
}

async function asContent(
  reader: ContentReader,
  { entry, origin, isConversation }: NamedContent,
  { limits, room }: Space,
): Promise<{ content: ReportContent; size: number }> {
  const { mediaType, size } = entry;
  const without = (state: ReportContent["state"]) => ({ content: { mediaType, size, state }, size: 0 });
  const most = isConversation || isPicture(mediaType) ? limits.content * MORE : limits.content;
  if (size > LARGEST_VERIFIED || Math.min(size, most) > room || (isPicture(mediaType) && size > most)) return without("left");
  const read = await reader.read(entry, { origin, most });
  if (typeof read === "string") return without(read);
  const found = readable(mediaType, read);
  const shown = found.data === undefined || isPicture(mediaType) ? { found, isWhole: read.isWhole } : beginning(mediaType, read);
  const content: ReportContent = { mediaType, size, ...shown.found, state: shown.isWhole ? "whole" : "cut" };
  return { content, size: (content.text ?? content.data ?? "").length };
}

function beginning(mediaType: string, { bytes, isWhole }: ReadBytes) {
  const few = bytes.subarray(0, MOST_BYTES);
  return { found: readable(mediaType, { bytes: few, isWhole: true }), isWhole: isWhole && few.byteLength === bytes.byteLength };
}

interface ContentReader {
  read(entry: ArtifactEntry, options: { readonly origin: NamedContent["origin"]; readonly most: number }): Promise<ReadBytes | "missing" | "damaged">;
  damage(): readonly ErrorEnvelope[];
}

/** Looks in the entry itself, in the store, in the entry of the run that made it, and in the directory of the run. */
function contentReader(ports: ReportPorts, { runId, signal }: Pick<CollectContentsOptions, "runId" | "signal">): ContentReader {
  const abort = signal ? { signal } : {};
  const origins: OriginContents = contentsOfOrigins(ports.journals, runId, abort);
  const troubles = new Map<string, ErrorEnvelope>();

  async function attempt(open: () => Promise<Artifact | undefined>, most: number): Promise<ReadBytes | "missing" | "damaged"> {
    try {
      const artifact = await open();
      return artifact ? await beginningOf(artifact, most) : "missing";
    } catch (error) {
      if (DadError.is(error, "ARTIFACT_MISSING")) return "missing";
      if (DadError.is(error, "ARTIFACT_DAMAGED")) return "damaged";
      if (!DadError.is(error)) throw error;
      troubles.set(error.code, errorEnvelope(error));
      return "missing";
    }
  }

  async function fromOrigin(entry: ArtifactEntry, origin: NamedContent["origin"]): Promise<Artifact | undefined> {
    if (!origin || entry.data !== undefined) return undefined;
    const [filled] = await origins.of(origin, [entry]);
    return filled?.data === undefined ? undefined : await getArtifact(ports.artifacts, filled, abort);
  }

  async function fromDirectory(entry: ArtifactEntry): Promise<Artifact | undefined> {
    const body = entry.shown === false ? undefined : await ports.shown?.(runId, entry.path, abort);
    return body && { digest: entry.digest, size: entry.size, body: verified(body, entry) };
  }

  return {
    async read(entry, { origin, most }) {
      const stored = await attempt(() => getArtifact(ports.artifacts, entry, abort), most);
      if (typeof stored !== "string") return stored;
      for (const open of [() => fromOrigin(entry, origin), () => fromDirectory(entry)]) {
        const found = await attempt(open, most);
        if (typeof found !== "string") return found;
      }
      return stored;
    },
    damage: () => [...troubles.values()],
  };
}

/** Reads all of it, so that it is verified, and holds no more than was asked for. */
async function beginningOf({ body }: Artifact, most: number): Promise<ReadBytes> {
  const chunks: Uint8Array[] = [];
  let [held, seen] = [0, 0];
  for await (const chunk of body) {
    seen += chunk.byteLength;
    const part = chunk.subarray(0, most - held);
    if (part.byteLength > 0) chunks.push(part.slice());
    held += part.byteLength;
  }
  return { bytes: new Uint8Array(Buffer.concat(chunks)), isWhole: seen === held };
}

/** Anybody may have changed a file that people look at. */
async function* verified(body: AsyncIterable<Uint8Array>, { digest, size }: ArtifactEntry): AsyncIterable<Uint8Array> {
  const sum = createHash("sha256");
  let seen = 0;
  for await (const chunk of body) {
    seen += chunk.byteLength;
    // Nobody reads a file to its end that may have none.
    if (seen > size) throw new ArtifactIntegrityError(digest, { reason: `its file has more than its ${size} bytes` });
    sum.update(chunk);
    yield chunk;
  }
  const foundDigest = digestOfHex(sum.digest("hex"));
  if (foundDigest !== digest) throw new ArtifactIntegrityError(digest, { reason: `its file has the digest ${foundDigest}`, foundDigest });
}
