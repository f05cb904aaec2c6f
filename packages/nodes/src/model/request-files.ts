import { basename, dirname, join } from "node:path";
import type { NodeContext } from "@dad/agent";
import { type ArtifactEntry, messageOf } from "@dad/protocol";
import type { ModelFilePart } from "@dad/resources";
import { decodeStrict } from "../decode-text.ts";
import { DirectoryError } from "../errors.ts";
import { refusalOf } from "../guarded-path.ts";
import { openInPlace } from "../open-in-place.ts";
import { workspaceDirectory } from "../workspace-directory.ts";
import { ModelFileError } from "./errors.ts";
import { mediaTypeOf } from "./media-type.ts";

/** Of all files of a request. What providers take is less. */
const LIMIT_BYTES = 32 * 1024 * 1024;
const BINARY = "application/octet-stream";

/**
 * The files of a request. Those of the workspace are kept as artifacts below `sent/`, because the workspace goes on changing.
 *
 * @throws ModelFileError (`MODEL_FILE_UNUSABLE`) that names the file, before a model is asked.
 */
export async function filePartsOf(context: NodeContext, files: readonly (string | ArtifactEntry)[]): Promise<ModelFilePart[]> {
  const parts: ModelFilePart[] = [];
  const sent = new Set<string>();
  let limitBytes = LIMIT_BYTES;
  for (const file of files) {
    context.signal.throwIfAborted();
    const { name, bytes, mediaType } = await contentOf(context, file, limitBytes);
    limitBytes -= bytes.byteLength;
    if (typeof file === "string" && !sent.has(file)) {
      await context.record({ name: `sent/${file}`, data: bytes, mediaType });
      sent.add(file);
    }
    parts.push({ type: "file", mediaType, data: Buffer.from(bytes).toString("base64"), name: basename(name) });
  }
  return parts;
}

interface FileContent {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly mediaType: string;
}

async function contentOf(context: NodeContext, file: string | ArtifactEntry, limitBytes: number): Promise<FileContent> {
  const name = typeof file === "string" ? file : file.name;
  try {
    if (typeof file !== "string") return { name, ...(await artifactContent(context, file, limitBytes)) };
    const bytes = await workspaceFile(context, file, limitBytes);
    return { name, bytes, mediaType: mediaTypeOf(bytes) ?? (decodeStrict(bytes, { cut: false }) === undefined ? BINARY : "text/plain") };
  } catch (cause) {
    context.signal.throwIfAborted();
    throw cause instanceof ModelFileError ? cause : new ModelFileError(name, problemOf(cause), { cause });
  }
}

/** A system says it in its own words, and with a path that nobody asked for. */
function problemOf(error: unknown): string {
  if (hasCode(error, "ENOENT")) return "there is no such file in the workspace";
  if (hasCode(error, "ELOOP")) return "it is a link, and links are not followed";
  return messageOf(error);
}

function hasCode(error: unknown, code: string): boolean {
  if (error instanceof DirectoryError) return hasCode(error.cause, code);
  return error instanceof Error && "code" in error && error.code === code;
}

async function artifactContent(context: NodeContext, entry: ArtifactEntry, limitBytes: number): Promise<Omit<FileContent, "name">> {
  const bytes = await context.content(entry, { limitBytes });
  const [essence = BINARY] = entry.mediaType.split(";");
  return { bytes, mediaType: mediaTypeOf(bytes) ?? essence };
}

async function workspaceFile(context: NodeContext, file: string, limitBytes: number): Promise<Uint8Array> {
  const refusal = refusalOf(file);
  if (refusal !== undefined) throw new ModelFileError(file, refusal);
  const directory = await workspaceDirectory(context, dirname(file));
  await using handle = await openInPlace(join(directory.absolute, basename(file)));
  const stats = await handle.stat();
  if (!stats.isFile()) throw new ModelFileError(file, "it is not a file");
  if (stats.size > limitBytes) throw new ModelFileError(file, `with it, more than ${LIMIT_BYTES} bytes would be sent`);
  return new Uint8Array(await handle.readFile());
}
