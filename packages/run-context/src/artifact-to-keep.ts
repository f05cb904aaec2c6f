import { type Json, type NodePath, nodeDirectory, RelativePath } from "@dad/protocol";

/** `json` is written as indented JSON; `text` and `binary` as they are. */
export type ArtifactFormat = "json" | "text" | "binary";

export interface ArtifactToKeep {
  /** Unique within its node. */
  readonly name: string;
  readonly data: Json | Uint8Array;
  /** Whose it is. Without one it is the run's own. */
  readonly node?: NodePath;
  /** A directory below that of the node or run. */
  readonly directory?: string;
  /** Default: `binary` for bytes, `text` for a string, else `json`. */
  readonly format?: ArtifactFormat;
  /** Default: that of the format. */
  readonly mediaType?: string;
}

const MEDIA_TYPES = { json: "application/json", text: "text/plain; charset=utf-8", binary: "application/octet-stream" } as const;

export interface EncodedArtifact {
  readonly bytes: string | Uint8Array;
  readonly mediaType: string;
  readonly path: RelativePath;
}

/** The bytes of an artifact and where people find them. @throws ZodError for a name that cannot be a path. */
export function encodeArtifact(artifact: ArtifactToKeep): EncodedArtifact {
  const format = artifact.format ?? formatOf(artifact.data);
  const mediaType = artifact.mediaType ?? MEDIA_TYPES[format];
  const file = /\.[A-Za-z0-9]+$/.test(artifact.name) ? artifact.name : `${artifact.name}${extensionOf(mediaType)}`;
  const parts = [artifact.node && nodeDirectory(artifact.node), artifact.directory, file];
  return {
    bytes: bytesOf(artifact.data, format),
    mediaType,
    path: RelativePath.parse(parts.filter((part) => part !== undefined).join("/")),
  };
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

function bytesOf(data: Json | Uint8Array, format: ArtifactFormat): string | Uint8Array {
  if (format === "json") return `${JSON.stringify(data, undefined, 2)}\n`;
  if (typeof data === "string" || data instanceof Uint8Array) return data;
  throw new TypeError(`an artifact in ${format} format takes a string or bytes, not ${data === null ? "null" : typeof data}`);
}
