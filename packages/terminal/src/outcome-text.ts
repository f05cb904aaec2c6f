import type {
  OutcomeFileChange,
  OutcomeFileCounts,
  OutcomeListEntry,
  OutcomeLog,
  OutcomeLogCommit,
  OutcomeNodeCommit,
  OutcomeReport,
} from "@dad/protocol";
import { sizeText } from "./amounts.ts";
import { inOneLine } from "./compared-values.ts";
import { timeText } from "./duration.ts";
import { statusWord } from "./node-mark.ts";
import type { Paint } from "./paint.ts";
import { placeText } from "./place.ts";
import { type Cell, rowLines } from "./rows.ts";

const SHORT = 12;
const DIGEST_SHOWN = "sha256:".length + SHORT;
const MOST_FILES = 100;
const MOST_COMMITS = 100;
const SIGNS = { added: "A", modified: "M", deleted: "D" } as const;

/** A commit as people write it. */
export function shortCommit(commit: string): string {
  return commit.slice(0, SHORT);
}

/** `coder.fix.apply`, or `coder.fix.apply#2` of a second attempt. */
export function attemptText({ path, attempt = 1 }: { readonly path: string; readonly attempt?: number | undefined }): string {
  return attempt === 1 ? path : `${path}#${attempt}`;
}

/** `+2 ~1 -3`: files that were added, modified and deleted. */
function countsText({ added, modified, deleted }: OutcomeFileCounts): string {
  const parts = [added > 0 ? `+${added}` : "", modified > 0 ? `~${modified}` : "", deleted > 0 ? `-${deleted}` : ""].filter((part) => part !== "");
  return parts.length === 0 ? "none" : parts.join(" ");
}

/** How many files of each kind there are. */
export function countsOf(changes: readonly OutcomeFileChange[]): OutcomeFileCounts {
  const count = (wanted: OutcomeFileChange["kind"]): number => changes.filter(({ kind }) => kind === wanted).length;
  return { added: count("added"), modified: count("modified"), deleted: count("deleted") };
}

/** One file a line, and how many there are besides: `more` is the command that tells all. */
export function changeLines(changes: readonly OutcomeFileChange[], { paint, more }: { readonly paint: Paint; readonly more: string }): string[] {
  const shown = changes.length > MOST_FILES + 1 ? changes.slice(0, MOST_FILES) : changes;
  const rest = changes.length - shown.length;
  return [
    ...shown.map(({ path, kind }) => `${SIGNS[kind]} ${inOneLine(path)}`),
    ...(rest > 0 ? [paint("dim", `… and ${rest.toLocaleString("en-US")} more: ${more}`)] : []),
  ];
}

/** A table of outcomes for people, no wider than `columns`. Data is taken as it is: make it visible before. */
export function outcomeListText(entries: readonly OutcomeListEntry[], paint: Paint, columns?: number): string {
  const head = ["RUN", "STATUS", "COMMITTED", "FILES", "SUBJECT"].map((plain) => ({ plain, shown: paint("dim", plain) }));
  const rows = entries.map(({ runId, status, time, changes, subject }): Cell[] => [
    { plain: runId },
    { plain: status ?? "unknown", shown: status === null ? paint("dim", "unknown") : statusWord(status, paint) },
    { plain: timeText(time) },
    { plain: changes === null ? "" : countsText(changes) },
    { plain: withoutRun(subject, runId) },
  ]);
  return rowLines([head, ...rows], columns).join("\n");
}

/** Whose commit it is stands beside it. */
function withoutRun(subject: string, runId: string): string {
  return inOneLine(subject.startsWith(`[${runId}] `) ? subject.slice(runId.length + 3) : subject);
}

/** What an outcome says besides itself. */
export interface OutcomeContext {
  readonly paint: Paint;
  readonly cwd: string;
  /** The command that told it, with other options. */
  readonly command: (...options: readonly string[]) => string;
  /** Commands to try next. */
  readonly next?: readonly string[];
}

/** An outcome for people: where it starts, who committed what, which files changed, and where it is. Data is taken as it is: make it visible before. */
export function outcomeText(report: OutcomeReport, context: OutcomeContext): string {
  const { paint, cwd, command, next = [] } = context;
  const { runId, status, branch, commit, changes, large, repository } = report;
  const files = [countsText(countsOf(changes)), ...changeLines(changes, { paint, more: command("--json") }).map((line) => `  ${line}`)];
  const sections: readonly (readonly [label: string, lines: readonly string[]])[] = [
    ["run", [`${paint("bold", runId)} ${statusWord(status, paint)}`]],
    ["outcome", [`commit ${shortCommit(commit)} of branch ${branch}`, ...atLines(report)]],
    ["starts", [startText(report)]],
    ["commits", report.commits.length === 0 ? ["none by nodes"] : commitLines(report.commits, context)],
    ["files", files],
    ["large", large.map(({ path, size, digest }) => `${inOneLine(path)}, ${sizeText(size)}, ${digest.slice(0, DIGEST_SHOWN)}`)],
    ["in", [placeText(repository, cwd)]],
    ["next", next],
  ];
  return sections.flatMap(([label, lines]) => lines.map((line, at) => `${paint("dim", (at === 0 ? label : "").padEnd(9))} ${line}`)).join("\n");
}

function atLines({ node, by }: OutcomeReport): string[] {
  if (node === undefined) return [];
  if (by === node) return [`as node ${node} left it`];
  return [`as it was when node ${node} ended, which changed no files: ${by === undefined ? "nobody had" : `${by} was the last who had`}`];
}

function startText({ start: { source, commit }, rerunOf }: OutcomeReport): string {
  if (source !== undefined) return `from revision ${inOneLine(source.revision)} (commit ${shortCommit(source.commit)}) of ${source.repository}`;
  return `from commit ${shortCommit(commit)}${rerunOf === undefined ? "" : `, of run ${rerunOf}`}`;
}

/** Those at the end, when there are many: what came before them is further away from the files that are told. */
function commitLines(commits: readonly OutcomeNodeCommit[], { paint, command }: OutcomeContext): string[] {
  const shown = commits.length > MOST_COMMITS + 1 ? commits.slice(-MOST_COMMITS) : commits;
  const rest = commits.length - shown.length;
  return [
    ...(rest > 0 ? [paint("dim", `… ${rest.toLocaleString("en-US")} before: ${command("--json")}`)] : []),
    ...rowLines(shown.map((made) => commitCells(made, paint))),
  ];
}

function commitCells({ commit, status, decision, ...attempt }: OutcomeNodeCommit, paint: Paint): Cell[] {
  return [
    { plain: shortCommit(commit) },
    { plain: attemptText(attempt) },
    { plain: status, shown: statusWord(status, paint) },
    { plain: decision === "executed" ? "" : decision },
  ];
}

/** The commits of a run for people, the newest first. Data is taken as it is: make it visible before. */
export function outcomeLogText({ runId, commits, omitted }: OutcomeLog, { paint, command }: Pick<OutcomeContext, "paint" | "command">): string {
  const head = ["COMMIT", "TIME", "NODE", "FILES", "RESULT", "SUBJECT"].map((plain) => ({ plain, shown: paint("dim", plain) }));
  const rest =
    omitted === 0 ? [] : [paint("dim", `… and ${omitted.toLocaleString("en-US")} older: ${command("--limit", String(commits.length + omitted))}`)];
  return [...rowLines([head, ...commits.map((commit) => logCells(commit, runId))]), ...rest].join("\n");
}

function logCells({ commit, time, node, attempt, changes, result, subject }: OutcomeLogCommit, runId: string): Cell[] {
  return [
    { plain: shortCommit(commit) },
    { plain: timeText(time) },
    { plain: node === undefined ? "" : attemptText({ path: inOneLine(node), attempt }) },
    { plain: countsText(changes) },
    { plain: result === undefined ? "" : result.slice(0, DIGEST_SHOWN) },
    // That of a node says its path alone.
    { plain: withoutRun(subject, runId) === node ? "" : withoutRun(subject, runId) },
  ];
}
