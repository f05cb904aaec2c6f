import type { ArtifactChange, FingerprintChange, JsonDiff, NodeComparison, ToolCallDiff } from "@dad/protocol";
import { sizeText } from "./amounts.ts";
import { comparedFacts } from "./compared-facts.ts";
import { inOneLine, valuesText, valueText } from "./compared-values.ts";
import { bounded, type DiffBounds, diffLines, paintedLines, withoutEndMarks } from "./diff-lines.ts";

/** What differs in one attempt of a node. */
export function comparedNodeLines(node: NodeComparison, bounds: DiffBounds): string[] {
  const attempt = node.attempt === 1 ? "" : ` (attempt ${node.attempt})`;
  return [`${bounds.paint("bold", node.path)}${attempt}${presenceText(node)}`, ...detailLines(node, bounds).map((line) => `  ${line}`)];
}

function presenceText({ before, after }: NodeComparison): string {
  if (before && after) return "";
  const { status = "" } = before ?? after ?? {};
  return before ? `: only before (${status})` : `: only after (${status})`;
}

const WHY = { missing: "its content is nowhere", large: "it is too large", unreadable: "it is not what it should be" } as const;

function detailLines(node: NodeComparison, bounds: DiffBounds): string[] {
  const { fingerprint, prompt, output, toolCalls, artifacts, notCompared } = node;
  const facts = comparedFacts(node).map(({ label, before, after, delta }) => labelled(label, `${before} → ${after}${delta && ` (${delta})`}`));
  return [
    ...facts,
    ...fingerprint.map(changedComponent),
    ...textSection("prompt", prompt?.text?.unified, bounds),
    ...jsonSection("asked", prompt?.settings, bounds),
    ...textSection("output", output?.text?.unified, bounds),
    ...jsonSection(output?.text ? "output besides its text" : "output", output?.json, bounds),
    ...toolSection(toolCalls, bounds),
    ...artifacts.map(artifactLine),
    ...notCompared.map(({ name, reason }) => labelled("differs", `${inOneLine(name)}; how is not told: ${WHY[reason]}`)),
  ];
}

function labelled(label: string, text: string): string {
  return `${label.padEnd(9)} ${text}`;
}

function changedComponent({ component, before, after }: FingerprintChange): string {
  return component === "unknown" ? labelled("made of", "something that is not on record") : `${inOneLine(component)} ${valuesText(before, after)}`;
}

function textSection(title: string, unified: string | undefined, bounds: DiffBounds): string[] {
  return unified === undefined ? [] : [title, ...indented(diffLines(withoutEndMarks(unified), bounds))];
}

function jsonSection(title: string, diff: JsonDiff | undefined, bounds: DiffBounds): string[] {
  if (!diff) return [];
  const lines = diff.changes.flatMap(({ path, before, after, text }) =>
    text === undefined
      ? [`${inOneLine(path) || "(all)"} ${valuesText(before, after)}`]
      : [inOneLine(path) || "(all)", ...indented(paintedLines(withoutEndMarks(text.unified), bounds.paint))],
  );
  const rest = diff.omitted === 0 ? [] : [bounds.paint("dim", `… and ${diff.omitted.toLocaleString("en-US")} more changes`)];
  return [title, ...indented([...bounded(lines, bounds), ...rest])];
}

const SIGNS = { same: " ", removed: "-", added: "+" } as const;
const STYLES = { same: "dim", removed: "red", added: "green" } as const;

function toolSection(diff: ToolCallDiff | undefined, bounds: DiffBounds): string[] {
  if (!diff) return [];
  const lines = diff.steps.map(({ kind, tool, input }) => bounds.paint(STYLES[kind], `${SIGNS[kind]} ${inOneLine(tool)} ${valueText(input)}`));
  const rest = diff.omitted === 0 ? [] : [bounds.paint("dim", `… and ${diff.omitted.toLocaleString("en-US")} more calls`)];
  return ["tool calls", ...indented([...bounded(lines, bounds), ...rest])];
}

function artifactLine({ name, before, after }: ArtifactChange): string {
  const sizes = before && after ? `${sizeText(before.size)} → ${sizeText(after.size)}` : sizeText((before ?? after)?.size ?? 0);
  const what = before && after ? "changed" : before ? "only before" : "only after";
  return labelled("artifact", `${inOneLine(name)} ${what} (${sizes})`);
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}
