import { type FileChange, type FileSnapshot, sameContent, sameFile } from "./file-snapshot.ts";

/** A file before the first and after the last of some changes, when that is not the same. */
export interface NetFile {
  readonly path: string;
  /** Where it was before, when it was moved. */
  readonly from?: string;
  readonly before: FileSnapshot | undefined;
  readonly after: FileSnapshot | undefined;
}

/** What changes come to when they are made one after another. */
export interface NetChange {
  add(changes: readonly FileChange[]): void;
  /** By path. */
  files(): readonly NetFile[];
}

interface Known {
  readonly before: FileSnapshot | undefined;
  readonly after: FileSnapshot | undefined;
  /** Where the file that is there now was in the beginning, when it was there. */
  readonly origin: string | undefined;
}

export function netChange(): NetChange {
  const known = new Map<string, Known>();
  return {
    add(changes) {
      for (const change of changes) addTo(known, change);
    },
    files() {
      const moved = new Map([...known].filter(([, file]) => isMoved(known, file)).map(([path, { origin }]) => [path, origin]));
      const left = new Set(moved.values());
      return [...known]
        .filter(([path, { before, after }]) => !sameFile(before, after) && !left.has(path))
        .map(([path, file]) => netFile(path, file, { from: moved.get(path), known }))
        .toSorted((a, b) => (a.path < b.path ? -1 : 1));
    },
  };
}

function addTo(known: Map<string, Known>, change: FileChange): void {
  if (change.type === "content") {
    const { path, before, after } = change;
    const there = known.get(path) ?? { before, origin: path };
    known.set(path, { before: there.before, after, origin: before && there.origin });
    return;
  }
  const { path, to, file } = change;
  const source = known.get(path) ?? { before: file, origin: path };
  known.set(path, { before: source.before, after: undefined, origin: undefined });
  known.set(to, { before: known.get(to)?.before, after: file, origin: source.origin });
}

/** Nothing was where it is now, nothing is where it was, and the difference between the two can be told. */
function isMoved(known: ReadonlyMap<string, Known>, { before, after, origin }: Known): boolean {
  const source = origin === undefined ? undefined : known.get(origin);
  if (before !== undefined || after === undefined || source?.before === undefined || source.after !== undefined) return false;
  return sameContent(source.before, after) || (source.before.content !== undefined && after.content !== undefined);
}

interface Moved {
  readonly from: string | undefined;
  readonly known: ReadonlyMap<string, Known>;
}

function netFile(path: string, { before, after }: Known, { from, known }: Moved): NetFile {
  return from === undefined ? { path, before, after } : { path, from, before: known.get(from)?.before, after };
}
