import type { FolderFile, FolderStats, Limit, Omitted } from "./folder-output.ts";

/** What may still be given. Each thing that is given takes from it. */
export interface Budget {
  files: number;
  bytes: number;
  words: number;
}

/** What an analysis has found so far. */
export interface Findings {
  readonly files: FolderFile[];
  readonly omitted: Omitted;
  readonly reached: Set<Limit>;
  directories: number;
  complete: boolean;
}

export function noFindings(): Findings {
  const omitted = {
    hidden: 0,
    ignored: 0,
    notIncluded: 0,
    links: 0,
    special: 0,
    binary: 0,
    tooDeep: 0,
    withoutContent: 0,
    withoutOutline: 0,
    unreadable: 0,
  };
  return { files: [], omitted, reached: new Set(), directories: 0, complete: true };
}

export interface Report {
  readonly omitted: Omitted;
  readonly complete: boolean;
  readonly reached: Limit[];
  readonly stats?: FolderStats;
}

/** What is said of every analysis. */
export function reportOf({ files, omitted, reached, directories, complete }: Findings, { stats }: { readonly stats: boolean }): Report {
  return { omitted, complete, reached: [...reached].sort(), ...(stats && { stats: statsOf(files, directories) }) };
}

function statsOf(files: readonly FolderFile[], directories: number): FolderStats {
  const kinds = new Map<string, number>();
  const stats = { files: files.length, directories, bytes: 0, lines: 0, words: 0 };
  for (const { bytes, lines = 0, words = 0, kind = "text" } of files) {
    stats.bytes += bytes;
    stats.lines += lines;
    stats.words += words;
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  }
  return { ...stats, kinds: Object.fromEntries([...kinds].sort(([left], [right]) => (left < right ? -1 : 1))) };
}
