/** A file as it was at some moment of a plan. */
export interface FileSnapshot {
  /** As git has it. */
  readonly mode: "100644" | "100755" | "120000";
  readonly size: number;
  /** Of a link, where it leads. Not there for what is too large to be kept. */
  readonly content?: Uint8Array;
  /** Tells files without content apart. */
  readonly stamp?: string;
}

/** What one operation does to one file. Paths are from the directory. */
export type FileChange =
  | { readonly type: "content"; readonly path: string; readonly before: FileSnapshot | undefined; readonly after: FileSnapshot | undefined }
  | { readonly type: "move"; readonly path: string; readonly to: string; readonly file: FileSnapshot };

export function sameContent(a: FileSnapshot, b: FileSnapshot): boolean {
  if (a.content && b.content) return Buffer.compare(a.content, b.content) === 0;
  return a.stamp !== undefined && a.stamp === b.stamp;
}

export function sameFile(a: FileSnapshot | undefined, b: FileSnapshot | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.mode === b.mode && sameContent(a, b);
}
