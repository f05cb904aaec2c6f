import { createHash } from "node:crypto";

/** With the mode that git has for it. The text of a link is where it leads. */
export interface GitFile {
  readonly mode: "100644" | "100755" | "120000";
  readonly text: string;
}

/** By their paths. */
export type Files = ReadonlyMap<string, GitFile>;

/** What git calls a tree of these files: computed here, so that nobody else is asked whether a tree is the right one. */
export function treeIdOf(files: Files): string {
  return treeOf([...files].map(([path, { mode, text }]) => ({ steps: path.split("/"), mode, id: blobIdOf(text) })));
}

export function blobIdOf(text: string): string {
  return idOf("blob", Buffer.from(text));
}

interface Leaf {
  readonly steps: readonly string[];
  readonly mode: string;
  readonly id: string;
}

function treeOf(leaves: readonly Leaf[]): string {
  const entries = [...Map.groupBy(leaves, ({ steps }) => steps[0] ?? "")].map(([name, inside]) => {
    const [first] = inside;
    if (first?.steps.length === 1) return { name, sortedAs: name, mode: first.mode, id: first.id };
    const below = inside.map((leaf) => ({ ...leaf, steps: leaf.steps.slice(1) }));
    return { name, sortedAs: `${name}/`, mode: "40000", id: treeOf(below) };
  });
  const sorted = entries.toSorted((left, right) => Buffer.compare(Buffer.from(left.sortedAs), Buffer.from(right.sortedAs)));
  return idOf("tree", Buffer.concat(sorted.flatMap(({ name, mode, id }) => [Buffer.from(`${mode} ${name}\0`), Buffer.from(id, "hex")])));
}

function idOf(type: "blob" | "tree", content: Buffer): string {
  return createHash("sha1").update(`${type} ${content.length}\0`).update(content).digest("hex");
}
