import type { OutcomeDiff, OutcomeMergeReport, OutcomePlace } from "@dad/protocol";
import { sizeText } from "./amounts.ts";
import { inOneLine } from "./compared-values.ts";
import { diffLines } from "./diff-lines.ts";
import { changeLines, type OutcomeContext, shortCommit } from "./outcome-text.ts";
import { placeText, shellWord } from "./place.ts";

const MOST_LINES = 400;
const MOST_LARGE = 10;
const POINTER = ".dad-artifact";

/** `run_x`, `run_x@coder.fix.apply`: as somebody asks for it. */
export function outcomePlaceText({ runId, node }: Pick<OutcomePlace, "runId" | "node">): string {
  return node === undefined ? runId : `${runId}@${node}`;
}

/** How the files of two outcomes differ, for people. Data is taken as it is: make it visible before. */
export function outcomeDiffText(
  { before, after, changes, patch }: OutcomeDiff,
  { paint, command }: Pick<OutcomeContext, "paint" | "command">,
): string {
  const [old, now] = [before, after].map((place) => `${outcomePlaceText(place)} (commit ${shortCommit(place.commit)})`);
  if (changes.length === 0) return `${old} and ${now} have the same files`;
  return [
    `${paint("dim", "before")} ${old}`,
    `${paint("dim", "after")}  ${now}`,
    ...changeLines(changes, { paint, more: command("--json") }).map((line) => `  ${line}`),
    ...(patch === "" ? [] : diffLines(patch, { paint, most: MOST_LINES, more: command("--patch") })),
  ].join("\n");
}

/** What a merge says besides itself. */
export interface OutcomeMergeContext extends Pick<OutcomeContext, "paint" | "cwd"> {
  /** The command that writes the files themselves where the branch has pointers. */
  readonly checkout: string;
}

/** What became of a branch, for people, and what is still to do. Data is taken as it is: make it visible before. */
export function outcomeMergeText(report: OutcomeMergeReport, context: OutcomeMergeContext): string {
  return [mergedText(report, context), ...pointerLines(report, context)].join("\n");
}

function mergedText(report: OutcomeMergeReport, { paint, cwd }: OutcomeMergeContext): string {
  const { kind, squash, branch, repository, merged, checkedOut } = report;
  const what = outcomePlaceText(report);
  const where = `${branch} of ${directoryText(repository, cwd)}`;
  if (kind === "up-to-date") return `${where} has ${what} already`;
  if (checkedOut === undefined)
    return `${paint("green", "merged")} ${what} into ${where}, ${squash ? "as one commit" : HOW[kind]}: commit ${shortCommit(merged)}`;
  return [
    `${what} merged with ${where} is commit ${shortCommit(merged)}, which ${checkedOut.ref} keeps`,
    `${paint("yellow", "not moved")}: ${directoryText(checkedOut.directory, cwd)} has the branch checked out. This moves it together with the files there:`,
    `  ${checkedOut.command.map(shellWord).join(" ")}`,
  ].join("\n");
}

/** A branch that lacks a file says so only by the name of what is in its place. */
function pointerLines({ large, kind, branch }: OutcomeMergeReport, { paint, checkout }: OutcomeMergeContext): string[] {
  if (large.length === 0 || kind === "up-to-date") return [];
  const [what, itself] = large.length === 1 ? ["1 large file", "the file itself"] : [`${large.length} large files`, "the files themselves"];
  const shown = large.slice(0, MOST_LARGE).map(({ path, size }) => `  ${inOneLine(path)}, ${sizeText(size)}`);
  return [
    `${paint("yellow", "pointers")}: ${branch} has <name>${POINTER} in the place of ${what}. This writes ${itself}:`,
    `  ${checkout}`,
    ...shown,
    ...(large.length > shown.length ? [`  … and ${large.length - shown.length} more`] : []),
  ];
}

/** Not `.`: that would be read as the end of a sentence. */
function directoryText(path: string, cwd: string): string {
  return path === cwd ? path : placeText(path, cwd);
}

const HOW = { merged: "by a merge", "fast-forward": "which only went forward" } as const;
