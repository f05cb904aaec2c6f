import type { NodeComparison, RunComparison } from "@dad/protocol";
import { comparedTotals } from "./compared-facts.ts";
import { comparedNodeLines } from "./compared-node.ts";
import { inOneLine } from "./compared-values.ts";
import { bounded, type DiffBounds, diffLines } from "./diff-lines.ts";
import type { Paint } from "./paint.ts";
import { rowLines } from "./rows.ts";

/** What a comparison says besides itself. */
export interface ComparisonContext {
  readonly paint: Paint;
  /** The command that made the comparison, with other options. */
  readonly command: (...options: readonly string[]) => string;
}

/** Of a whole run people see first where it differs, and then ask for a node. */
const MOST_NODES = 40;
const LINES = { ofARun: 12, ofANode: 400 } as const;

/**
 * How two runs differ, for people: what they were as a whole, the nodes that differ in the order of the runs, and the files of their
 * outcomes. Data is taken as it is: make it visible before.
 */
export function comparisonText(comparison: RunComparison, context: ComparisonContext): string {
  const changed = comparison.nodes.filter(({ differs }) => differs.length > 0);
  const sections = [
    totalLines(comparison, context),
    ...changed.slice(0, MOST_NODES).map((node) => comparedNodeLines(node, boundsOf(comparison, node, context))),
    restLines(comparison, changed.length, context),
    outcomeLines(comparison, context),
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n");
}

/** An error is no cell: it may be longer than a terminal is wide. No column is left out either, whatever runs are called. */
function totalLines(comparison: RunComparison, { paint }: ComparisonContext): string[] {
  const totals = comparedTotals(comparison);
  const errors = totals.filter(({ label }) => label === "error").map(({ before, after }) => `${paint("dim", "error")}     ${before} → ${after}`);
  const head = ["", "BEFORE", "AFTER"].map((plain) => ({ plain, shown: paint("dim", plain) }));
  const rows = totals
    .filter(({ label }) => label !== "error")
    .map(({ label, before, after, delta }) => [
      { plain: label, shown: paint("dim", label) },
      { plain: inOneLine(before) },
      { plain: inOneLine(after), shown: before === after || label === "run" ? inOneLine(after) : paint("yellow", inOneLine(after)) },
      { plain: delta, shown: paint("dim", delta) },
    ]);
  return [...rowLines([head, ...rows]), ...errors];
}

function boundsOf({ node: asked }: RunComparison, { path }: NodeComparison, { paint, command }: ComparisonContext): DiffBounds {
  // Whoever asked for this very node sees it as well as a terminal can show it.
  return asked === path
    ? { paint, most: LINES.ofANode, more: command("--node", path, "--json") }
    : { paint, most: LINES.ofARun, more: command("--node", path) };
}

function restLines({ nodes }: RunComparison, changed: number, { paint, command }: ComparisonContext): string[] {
  const more = changed - MOST_NODES;
  const unchanged = nodes.length - changed;
  return [
    ...(more > 0 ? [paint("dim", `… and ${more.toLocaleString("en-US")} more that differ: ${command("--html", "diff.html")}`)] : []),
    ...(unchanged > 0 || changed === 0 ? [`${unchanged === 1 ? "1 node" : `${unchanged.toLocaleString("en-US")} nodes`} without a difference`] : []),
  ];
}

const SIGNS = { added: "A", modified: "M", deleted: "D" } as const;

function outcomeLines({ outcome }: RunComparison, { paint, command }: ComparisonContext): string[] {
  if (!outcome || outcome.changes?.length === 0) return [];
  if (!outcome.changes) return [`${paint("bold", "outcome")}: it is not known how the files differ: ${outcome.reason ?? ""}`];
  const files = outcome.changes.map(({ path, kind }) => `${SIGNS[kind]} ${inOneLine(path)}`);
  const list = bounded(files, { paint, most: MOST_NODES, more: command("--json") });
  const bounds = { paint, most: LINES.ofARun * 5, more: command("--html", "diff.html") };
  return [paint("bold", "outcome"), ...list.map((line) => `  ${line}`), ...(outcome.patch === undefined ? [] : diffLines(outcome.patch, bounds))];
}
