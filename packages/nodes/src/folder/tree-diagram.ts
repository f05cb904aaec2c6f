import type { TreeSettings } from "./folder-settings.ts";
import { type Pace, paced } from "./pace.ts";

/** An entry of a directory, for the diagram. */
export interface TreeEntry {
  readonly name: string;
  /** What is in a directory; `undefined` for a file. */
  readonly entries?: readonly TreeEntry[];
  /** A directory that was not looked into. */
  readonly closed?: boolean;
}

/** A diagram of a directory, one entry a line. */
export async function treeDiagram(
  name: string,
  entries: readonly TreeEntry[],
  { settings, pace }: { readonly settings: TreeSettings; readonly pace: Pace },
): Promise<string> {
  const lines = await paced(linesOf(entries, { indent: "", depth: 1 }, settings), pace);
  return [`${labelOf(name)}/`, ...lines].join("\n");
}

function* linesOf(
  entries: readonly TreeEntry[],
  { indent, depth }: { readonly indent: string; readonly depth: number },
  settings: TreeSettings,
): Generator<string> {
  const drawn = settings.files ? entries : entries.filter((entry) => entry.entries);
  for (const [index, entry] of drawn.entries()) {
    const last = index === drawn.length - 1;
    const closed = entry.closed ?? (depth === settings.depth && hasMore(entry, settings));
    yield `${indent}${last ? "└── " : "├── "}${labelOf(entry.name)}${entry.entries ? (closed ? "/ …" : "/") : ""}`;
    if (entry.entries && !closed) yield* linesOf(entry.entries, { indent: `${indent}${last ? "    " : "│   "}`, depth: depth + 1 }, settings);
  }
}

/** True for a directory in which there is something to draw. */
function hasMore({ entries = [] }: TreeEntry, { files }: TreeSettings): boolean {
  return files ? entries.length > 0 : entries.some((entry) => entry.entries);
}

/** A name with control characters in it could draw entries that are not there. */
export function labelOf(name: string): string {
  return /[\p{Cc}\p{Zl}\p{Zp}]/u.test(name) ? JSON.stringify(name) : name;
}
