import type { Lineage, LineageInput, LineageNode, LineageRef } from "@dad/protocol";
import type { Paint } from "./paint.ts";
import { type Cell, rowLines } from "./rows.ts";

/** What a lineage says besides itself. */
export interface LineageContext {
  readonly paint: Paint;
  /** The command that told the lineage, with other options. */
  readonly command: (...options: readonly string[]) => string;
}

/** Of what a component consists of, and of all. */
const MOST_NODES = 20;
const MOST_LINES = 200;
const DIGEST_SHOWN = "sha256:".length + 12;

interface Drawing {
  readonly lineage: Lineage;
  readonly paint: Paint;
  readonly byRef: ReadonlyMap<string, LineageNode>;
  /** What has its place in the tree already. */
  readonly drawn: Set<string>;
}

interface Branch {
  readonly cells: readonly [Cell, ...Cell[]];
  readonly below: readonly Branch[];
}

/** What a node was made of, as an indented tree. What several were made of is told once, and referred to after that. */
export function inputTree(lineage: Lineage, { paint, command }: LineageContext): string[] {
  const [made] = lineage.nodes;
  if (made === undefined) return [];
  const byRef = new Map(lineage.nodes.map((node) => [keyOf(node), node]));
  const drawing = { lineage, paint, byRef, drawn: new Set([keyOf(made)]) };
  const branches = below(made, drawing);
  if (branches.length === 0) return ["made of no other node"];
  const lines = rowLines(rowsOf(branches, ""));
  const more = lines.length - MOST_LINES;
  const rest = more > 0 ? [paint("dim", `… and ${more.toLocaleString("en-US")} more lines: ${command("--json")}`)] : [];
  const cut = lineage.nodes.some((node) => node.cut !== undefined)
    ? [paint("dim", `… further away: ${command("--depth", String(lineage.depth * 2 + 1))}`)]
    : [];
  return ["made of", ...lines.slice(0, MOST_LINES), ...rest, ...cut];
}

function keyOf({ runId, seq }: LineageRef): string {
  return `${runId} ${seq}`;
}

function rowsOf(branches: readonly Branch[], indent: string): Cell[][] {
  return branches.flatMap(({ cells: [first, ...cells], below: inside }, at) => {
    const isLast = at === branches.length - 1;
    const drawn = `${indent}${isLast ? "└─ " : "├─ "}`;
    const { plain, shown = plain } = first;
    return [[{ plain: `${drawn}${plain}`, shown: `${drawn}${shown}` }, ...cells], ...rowsOf(inside, `${indent}${isLast ? "   " : "│  "}`)];
  });
}

function below(node: LineageNode, drawing: Drawing): Branch[] {
  if (node.inputs === null) return [note("what it was made of is not recorded", drawing)];
  if (node.cut !== undefined) return [note(`… ${node.cut} more`, drawing)];
  return node.inputs.map((input) => inputBranch(node, input, drawing));
}

/** A line of its own, which makes no column wider. */
function note(text: string, { paint }: Pick<Drawing, "paint">): Branch {
  return { cells: [{ plain: "", shown: paint("dim", text) }], below: [] };
}

function inputBranch(reader: LineageNode, { path, how, kind, nodes }: LineageInput, drawing: Drawing): Branch {
  const [only] = nodes;
  const decided = how === "decided" ? " (decided that it runs)" : "";
  if (kind === undefined && only) return nodeBranch(only, { suffix: decided, reader, path }, drawing);
  const shown = nodes.slice(0, MOST_NODES).map((ref) => nodeBranch(ref, { suffix: "", reader, path: ref.path }, drawing));
  const rest = nodes.length > shown.length ? [note(`… and ${(nodes.length - shown.length).toLocaleString("en-US")} more nodes`, drawing)] : [];
  const empty = nodes.length === 0 ? [note("no node in it gave anything", drawing)] : [];
  return { cells: [{ plain: `${path} [${kind ?? "unknown"}]${decided}` }], below: [...shown, ...rest, ...empty] };
}

interface Drawn {
  readonly suffix: string;
  readonly reader: LineageNode;
  /** As it was read: of a node that was reused in another place than it was executed in. */
  readonly path: string;
}

function nodeBranch(ref: LineageRef, { suffix, reader, path }: Drawn, drawing: Drawing): Branch {
  const node = drawing.byRef.get(keyOf(ref));
  const isAgain = drawing.drawn.has(keyOf(ref));
  drawing.drawn.add(keyOf(ref));
  const { paint } = drawing;
  const elsewhere = ref.path === path ? "" : ` (executed as ${ref.path})`;
  const digest = node?.result?.digest.slice(0, DIGEST_SHOWN) ?? node?.status ?? "unknown";
  const cells: readonly [Cell, ...Cell[]] = [
    { plain: `${path}${elsewhere}${suffix}` },
    { plain: digest, shown: paint("dim", digest) },
    { plain: [...(ref.runId === reader.runId ? [] : [`of ${ref.runId}`]), ...(isAgain ? ["see above"] : [])].join(", ") },
  ];
  return { cells, below: isAgain || node === undefined ? [] : below(node, drawing) };
}
