import type { OutcomeDiff, OutcomeMergeReport, OutcomePlace } from "@dad/protocol";
import { diffLines } from "./diff-lines.ts";
import { changeLines, type OutcomeContext, shortCommit } from "./outcome-text.ts";
import { placeText, shellWord } from "./place.ts";

const MOST_LINES = 400;

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

/** What became of a branch, for people, and what is still to do. Data is taken as it is: make it visible before. */
export function outcomeMergeText(report: OutcomeMergeReport, { paint, cwd }: Pick<OutcomeContext, "paint" | "cwd">): string {
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

/** Not `.`: that would be read as the end of a sentence. */
function directoryText(path: string, cwd: string): string {
  return path === cwd ? path : placeText(path, cwd);
}

const HOW = { merged: "by a merge", "fast-forward": "which only went forward" } as const;
