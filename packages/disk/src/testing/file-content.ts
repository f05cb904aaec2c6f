/** What a file holds, with what it tells of itself. Never changed: a change makes another one. So what is durable costs no copy. */
export interface FileContent {
  readonly bytes: Uint8Array;
  readonly mtimeMs: number;
  readonly mode: number;
}

export type ContentChange =
  | { readonly kind: "chmod"; readonly mode: number }
  | ({ readonly mtimeMs: number } & (
      | { readonly kind: "touch" }
      | { readonly kind: "write"; readonly at: number; readonly bytes: Uint8Array }
      | { readonly kind: "truncate"; readonly length: number }
      /** Only where it is shorter. */
      | { readonly kind: "lengthen"; readonly length: number }
    ));

/** A file, which keeps its identity whatever its names are. */
export interface FileNode {
  readonly kind: "file";
  readonly ino: number;
  now: FileContent;
  durable: FileContent;
  /** What makes the content of now out of the durable one, oldest first. */
  pending: ContentChange[];
}

export function newFile(ino: number, content: FileContent): FileNode {
  return { kind: "file", ino, now: content, durable: content, pending: [] };
}

export function changeContent(file: FileNode, change: ContentChange): void {
  file.now = changed(file.now, change);
  file.pending.push(change);
}

export function makeContentDurable(file: FileNode): void {
  file.durable = file.now;
  file.pending = [];
}

/** The content after a power loss, of which `leftOf` says what is left of each change. Pages reach the disk in any order, so a later change may be kept while an earlier one is lost. */
export function contentAfter(file: FileNode, leftOf: (change: ContentChange) => readonly ContentChange[]): FileContent {
  let content = file.durable;
  for (const change of file.pending) {
    const left = leftOf(change);
    // What is written after a cut is written to places that only the cut has freed.
    if (change.kind === "truncate" && left.length === 0) break;
    for (const part of left) content = changed(content, part);
  }
  return content;
}

function changed(content: FileContent, change: ContentChange): FileContent {
  if (change.kind === "chmod") return { ...content, mode: change.mode };
  const { mtimeMs } = change;
  if (change.kind === "touch") return { ...content, mtimeMs };
  const { bytes, mode } = content;
  const length = change.kind === "write" ? change.at + change.bytes.length : change.length;
  const result = resized(bytes, change.kind === "truncate" ? length : Math.max(bytes.length, length));
  if (change.kind === "write") result.set(change.bytes, change.at);
  return { bytes: result, mtimeMs, mode };
}

/** A copy, with zeros at its end where it is longer. */
function resized(bytes: Uint8Array, length: number): Uint8Array {
  const copy = new Uint8Array(length);
  copy.set(bytes.subarray(0, length));
  return copy;
}
