import type { BisectCommit, BisectCulprit, BisectReport, BisectTest, Json } from "@dad/protocol";
import { bounded } from "./diff-lines.ts";
import { durationText } from "./duration.ts";
import { attemptText, changeLines, shortCommit } from "./outcome-text.ts";
import type { Paint } from "./paint.ts";

/** What the result of a search says besides itself. */
export interface BisectContext {
  readonly paint: Paint;
  /** The command that made it, with other options. */
  readonly command: (...options: readonly string[]) => string;
  /** Commands to try next. */
  readonly next?: readonly string[];
}

const MOST_OF_A_TEXT = 60;
const MOST_OF_A_LINE = 400;
/** A failed assertion of `node --test`, with its stack, takes 22. */
const MOST_OF_OUTPUT = 24;

/** Whose commit it is. */
export function bisectCommitText({ at, path, attempt }: BisectCommit): string {
  if (path !== undefined) return attemptText({ path, attempt });
  return at === 0 ? "the start" : "the end of the run";
}

/** `commit 3 of 17, about 4 tests left: coder.fix.apply#2`. */
export function bisectStepText(commit: BisectCommit, { commits, tests }: { readonly commits: number; readonly tests: number }): string {
  const left = tests <= 1 ? "the last test" : `about ${tests} tests left`;
  return `commit ${commit.at + 1} of ${commits}, ${left}: ${bisectCommitText(commit)}`;
}

const STYLES = { good: "green", bad: "red", unknown: "yellow" } as const;
const WORDS = { good: "good", bad: "bad", unknown: "cannot be tested" } as const;

/** `bad (exit code 1, 1.2s)`. */
export function bisectVerdictText({ verdict, exitCode, timedOut, durationMs }: BisectTest, paint: Paint): string {
  const how = timedOut ? "ended after its time" : `exit code ${exitCode ?? "unknown"}`;
  return `${paint(STYLES[verdict], WORDS[verdict])} (${how}, ${durationText(durationMs)})`;
}

/** What a search found, for people. Data is taken as it is: make it visible before. */
export function bisectText(report: BisectReport, context: BisectContext): string {
  const { paint, next = [] } = context;
  return [...foundLines(report, context), ...(next.length === 0 ? [] : [paint("bold", "next"), ...next.map((line) => `  ${line}`)])].join("\n");
}

function foundLines(report: BisectReport, context: BisectContext): string[] {
  const { paint } = context;
  const { result, culprit, candidates = [], tests } = report;
  if (culprit) return culpritLines(culprit, report, context);
  if (result === "narrowed")
    return [
      `${paint("yellow", "one of these made the test fail")}; all but the last cannot be tested:`,
      ...candidates.map((commit) => `  ${shortCommit(commit.commit)} ${bisectCommitText(commit)}`),
    ];
  return [...NOTHING[result === "found" ? "unknown" : result], ...outputLines(tests.at(-1), paint)];
}

const NOTHING = {
  passes: ["the test passes at the end of the run: there is nothing to find"],
  fails: [
    "the test fails already at the start of the run: none of its nodes made it fail. Does it need something that is not in these files (--mount, --env), or the network (--network)?",
  ],
  unknown: ["the test says that it cannot tell (exit code 125) at the start or the end of the run, and so there is nothing to search between"],
} as const;

function outputLines(test: BisectTest | undefined, paint: Paint): string[] {
  const lines = test === undefined ? [] : test.output.trimEnd().split("\n").slice(-MOST_OF_OUTPUT);
  return lines.every((line) => line === "") ? [] : [paint("dim", "the test wrote"), ...lines.map((line) => `  ${line}`)];
}

function culpritLines(culprit: BisectCulprit, { tests }: BisectReport, context: BisectContext): string[] {
  const { paint, command } = context;
  const { commit, changes, result, made, decision } = culprit;
  const whose = culprit.path === undefined ? "what the run changed after the last commit of a node" : bisectCommitText(culprit);
  const where = decision === "reused" && made ? `, executed in ${made.runId}` : "";
  return [
    `${paint("bold", whose)} ${paint("red", "made the test fail")}`,
    `  ${paint("dim", "commit")} ${commit}${where}`,
    ...changeLines(changes, { paint, more: command("--json") }).map((line, at) => `  ${paint("dim", (at === 0 ? "files" : "").padEnd(6))} ${line}`),
    ...outputLines(
      tests.find(({ at }) => at === culprit.at),
      paint,
    ),
    ...promptLines(culprit, context),
    ...(result === null ? [] : textLines(`result of ${whose}`, valueText(result), context)),
  ];
}

/** What another node was asked is of interest for what it answered: that is what this one was made of. */
function promptLines({ path, attempt, prompt }: BisectCulprit, context: BisectContext): string[] {
  if (prompt === null) return [];
  const name = attemptText(prompt);
  if (prompt.path === path && prompt.attempt === attempt) return textLines(`prompt of ${name}`, prompt.text, context);
  const answer = prompt.answer === null ? [] : textLines(`answer of ${name}`, valueText(prompt.answer), context);
  return [...textLines(`prompt of ${name}, of which it was made`, prompt.text, context), ...answer];
}

function textLines(title: string, text: string, { paint, command }: BisectContext): string[] {
  const lines = text.trimEnd().split("\n").map(clipped);
  return [paint("bold", title), ...bounded(lines, { paint, most: MOST_OF_A_TEXT, more: command("--json") }).map((line) => `  ${line}`)];
}

/** No character is cut in two. */
function clipped(line: string): string {
  return line.length > MOST_OF_A_LINE ? `${line.slice(0, MOST_OF_A_LINE).replace(/[\ud800-\udbff]$/, "")}…` : line;
}

function valueText(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value, undefined, 2);
}
