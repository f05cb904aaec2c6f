import type { ArtifactDraft, NodeContext } from "@dad/agent";
import { type ArtifactEntry, digestOfBytes, type Json } from "@dad/protocol";
import { filesOf, type ModelFilePart, type ModelRequest, type ModelResponse } from "@dad/resources";
import { endingOf, mediaTypeOf } from "./media-type.ts";

/** Keeps what a model makes, as `image-1.png`, `file-2.pdf`, …, counted through all of its replies. */
export function fileKeeper({ record }: Pick<NodeContext, "record">): (reply: ModelResponse) => Promise<readonly ArtifactEntry[]> {
  const kept: ArtifactEntry[] = [];
  let count = 0;
  return async (reply) => {
    for (const file of filesOf(reply)) {
      const entry = await record(draftOf(file, (count += 1)));
      if (entry) kept.push(entry);
    }
    return kept;
  };
}

const MEDIA_TYPE = /^[a-z]+\/[a-z0-9.+-]+$/;

/** What it is, its own bytes say first: providers do not always know. */
function draftOf({ data, mediaType: said }: ModelFilePart, number: number): ArtifactDraft {
  const bytes = bytesOf(data);
  const mediaType = mediaTypeOf(bytes) ?? (MEDIA_TYPE.test(said) ? said : "application/octet-stream");
  const kind = /^(image|audio|video)\//.exec(mediaType)?.[1] ?? "file";
  return { name: `${kind}-${number}${endingOf(mediaType)}`, data: bytes, mediaType };
}

/** A request for people, in which files are named by their digests: their bytes are artifacts of their own. */
export function readableRequest(request: ModelRequest): Json {
  const messages = request.messages.map(({ role, content }) => ({ role, content: typeof content === "string" ? content : content.map(named) }));
  return { ...request, messages } as unknown as Json;
}

/** In the same way, a reply. */
export function readableReply(reply: ModelResponse): Json {
  return { ...reply, ...(reply.content ? { content: reply.content.map(named) } : {}) } as unknown as Json;
}

function named<Part extends { readonly type: string }>(part: Part | ModelFilePart): object {
  return part.type === "file" ? namedFile(part as ModelFilePart) : part;
}

function namedFile({ data, ...file }: ModelFilePart): object {
  const bytes = bytesOf(data);
  return { ...file, digest: digestOfBytes(bytes), size: bytes.byteLength };
}

function bytesOf(base64: string): Uint8Array {
  return new Uint8Array(Buffer.from(base64, "base64"));
}
