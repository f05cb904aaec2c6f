import { canonicalJson, type Json, type NodePath, nodeDirectory, RelativePath } from "@dad/protocol";
import { ArtifactRefusedError } from "./errors.ts";

/** `json` is written as indented JSON; `text` and `binary` as they are. */
export type ArtifactFormat = "json" | "text" | "binary";

export interface ArtifactToKeep {
  /** Unique within its node. It becomes the file name; without an ending it gets the one of its media type. */
  readonly name: string;
  readonly data: Json | Uint8Array;
  /** Whose it is. Without one it is the run's own. */
  readonly node?: NodePath;
  /** `files` lie below the record of a node, apart from what the runner itself keeps there. All of a run's own do. */
  readonly directory?: "files";
  /** Default: `binary` for bytes, `text` for a string, else `json`. */
  readonly format?: ArtifactFormat;
  /** Default: that of the format. */
  readonly mediaType?: string;
}

export interface EncodedArtifact {
  readonly bytes: string | Uint8Array;
  readonly mediaType: string;
  readonly path: RelativePath;
}

const MEDIA_TYPES = { json: "application/json", text: "text/plain; charset=utf-8", binary: "application/octet-stream" } as const;

/** The bytes of an artifact and where people find them. @throws ArtifactRefusedError (`ARTIFACT_REFUSED`). */
export function encodeArtifact(artifact: ArtifactToKeep): EncodedArtifact {
  const format = artifact.format ?? formatOf(artifact.data);
  const mediaType = artifact.mediaType ?? MEDIA_TYPES[format];
  return { bytes: bytesOf(artifact, format), mediaType, path: pathOf(artifact, mediaType) };
}

/** As many characters as a reader of the journal takes. */
const LONGEST_NAME = 255;

function pathOf({ name, node, directory }: ArtifactToKeep, mediaType: string): RelativePath {
  const file = /\.[A-Za-z0-9]+$/.test(name) ? name : `${name}${extensionOf(mediaType)}`;
  // A run's own never lie beside its journal.
  const place = node === undefined ? "files" : [nodeDirectory(node), ...(directory ? [directory] : [])].join("/");
  // The name by itself, too: an ending would hide what is wrong with it.
  const [named, path] = [RelativePath.safeParse(name), RelativePath.safeParse(`${place}/${file}`)];
  const problem = named.error?.issues[0]?.message ?? path.error?.issues[0]?.message;
  if (name.length > LONGEST_NAME) throw new ArtifactRefusedError({ name, node }, `a name has at most ${LONGEST_NAME} characters`);
  if (path.data === undefined || problem !== undefined) throw new ArtifactRefusedError({ name, node }, problem ?? "its name cannot be a path");
  return path.data;
}

/** What people and their tools expect a file of this type to end in. */
function extensionOf(mediaType: string): string {
  if (mediaType === "application/json") return ".json";
  return mediaType.startsWith("text/plain") ? ".txt" : "";
}

function formatOf(data: Json | Uint8Array): ArtifactFormat {
  if (data instanceof Uint8Array) return "binary";
  return typeof data === "string" ? "text" : "json";
}

function bytesOf({ name, node, data }: ArtifactToKeep, format: ArtifactFormat): string | Uint8Array {
  if (format === "json") {
    try {
      // What JSON cannot carry would become something else without a word.
      canonicalJson(data);
    } catch (cause) {
      throw new ArtifactRefusedError({ name, node }, cause instanceof Error ? cause.message : "it is not JSON", { cause });
    }
    return `${JSON.stringify(data, undefined, 2)}\n`;
  }
  if (typeof data === "string" || data instanceof Uint8Array) return data;
  throw new ArtifactRefusedError({ name, node }, `the format ${format} takes a string or bytes, not ${data === null ? "null" : typeof data}`);
}
