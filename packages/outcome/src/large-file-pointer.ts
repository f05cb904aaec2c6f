import { type Descriptor, LargeFilePointer, RelativePath } from "@dad/protocol";

/** The content of a large file, and whether that is a program. */
export interface LargeFileContent extends Pick<Descriptor, "mediaType" | "digest" | "size"> {
  readonly executable: boolean;
}

/** How the names of pointers end. No other file of a run has such a name. */
const POINTER_SUFFIX = ".dad-artifact";
/** No pointer has more bytes. */
export const MOST_POINTER_BYTES = 4096;

const NOTE = "This file was too large for a commit. Its content is the artifact with this digest; `dad outcome checkout` writes it.";

/** Where the pointer to a file is. `undefined` for a path that is not a `RelativePath`, or would be none: such a file has no pointer. */
export function pointerPath(path: string): RelativePath | undefined {
  if (isPointerPath(path) || !RelativePath.safeParse(path).success) return undefined;
  return RelativePath.safeParse(`${path}${POINTER_SUFFIX}`).data;
}

/** The path of the file that a pointer stands for. `undefined` for what cannot be the path of a pointer. */
export function largeFilePath(path: string): RelativePath | undefined {
  const file = isPointerPath(path) ? path.slice(0, -POINTER_SUFFIX.length) : "";
  return pointerPath(file) === path ? RelativePath.parse(file) : undefined;
}

/** Whether a name is kept for pointers, in any spelling that some file system takes for the same. */
export function isPointerPath(path: string): boolean {
  return path.slice(-POINTER_SUFFIX.length).toLowerCase() === POINTER_SUFFIX;
}

/** The text of a pointer: the same for the same content, wherever it is. */
export function printPointer({ mediaType, digest, size, executable }: LargeFileContent): string {
  const pointer: LargeFilePointer = { format: "dad.large-file/1", note: NOTE, mediaType, digest, size, executable };
  return `${JSON.stringify(pointer, undefined, 2)}\n`;
}

/** `undefined` for what is no pointer, however it is called. */
export function parsePointer(bytes: Uint8Array): LargeFileContent | undefined {
  if (bytes.length > MOST_POINTER_BYTES) return undefined;
  const { data } = LargeFilePointer.safeParse(jsonOf(bytes));
  return data && { mediaType: data.mediaType, digest: data.digest, size: data.size, executable: data.executable };
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}
