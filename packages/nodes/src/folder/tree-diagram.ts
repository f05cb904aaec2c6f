/** An entry of a directory, for the diagram. */
export interface TreeEntry {
  readonly name: string;
  /** What is in a directory; `undefined` for a file. */
  readonly entries?: readonly TreeEntry[];
  /** A directory that was not looked into. */
  readonly closed?: boolean;
}

/** A diagram of a directory, one entry a line. */
export function treeDiagram(name: string, entries: readonly TreeEntry[]): string {
  return [`${labelOf(name)}/`, ...linesOf(entries, "")].join("\n");
}

function linesOf(entries: readonly TreeEntry[], indent: string): readonly string[] {
  return entries.flatMap((entry, index) => {
    const last = index === entries.length - 1;
    const line = `${indent}${last ? "└── " : "├── "}${labelOf(entry.name)}${suffixOf(entry)}`;
    return [line, ...linesOf(entry.entries ?? [], `${indent}${last ? "    " : "│   "}`)];
  });
}

function suffixOf({ entries, closed }: TreeEntry): string {
  if (!entries) return "";
  return closed ? "/ …" : "/";
}

/** A name with control characters in it could draw entries that are not there. */
function labelOf(name: string): string {
  return /[\p{Cc}\p{Zl}\p{Zp}]/u.test(name) ? JSON.stringify(name) : name;
}
