import { resolve } from "node:path";
import type { IsolationRecord, RunDetails, RunId } from "@dad/protocol";
import { costText, recordedText, sizeText, tokensText, usageText } from "./amounts.ts";
import { budgetLines, forfeitedText } from "./budget-text.ts";
import { durationText } from "./duration.ts";
import { errorLine, errorLines } from "./error-text.ts";
import { statusMark, statusWord } from "./node-mark.ts";
import type { Paint } from "./paint.ts";
import { placeText, shellWord } from "./place.ts";
import { requestLines } from "./request-text.ts";
import { type Cell, rowLines } from "./rows.ts";
import { sourceText } from "./start-line.ts";

/** What a summary says besides the run itself. */
export interface SummaryContext {
  readonly paint: Paint;
  readonly cwd: string;
  /** Width of the terminal, if it is one. */
  readonly columns?: number | undefined;
  /** The profile of the run and what people should know about it. */
  readonly profile?: string | undefined;
  /** Where the repository with the branch of the run is. */
  readonly outcomeRepository?: string | undefined;
  /** Commands to try next. */
  readonly next?: readonly string[];
  /** Lists the artifacts of each node, and names the trace of the run. */
  readonly artifacts?: boolean;
  /** The command that lists all nodes, when this is not to do so: of a long run, most that completed are only counted. */
  readonly allNodes?: string | undefined;
}

/** A run for people. Its data is taken as it is: make it visible before. */
export function summaryText(run: RunDetails, context: SummaryContext): string {
  const { paint, cwd, profile, next = [], artifacts = false } = context;
  const label = (name: string) => paint("dim", name.padEnd(10));
  const took = run.endedAt === null ? "" : ` in ${durationText(Date.parse(run.endedAt) - Date.parse(run.startedAt))}`;
  return [
    `${label("run")}${paint("bold", run.runId)} ${statusWord(run.status, paint)}${took}`,
    `${label("agent")}${run.rootComponentId}`,
    ...(run.rerun ? [`${label(run.rerun.replay ? "replay of" : "re-run of")}${rerunText(run.rerun)}`] : []),
    ...(profile === undefined ? [] : [`${label("profile")}${profile}`]),
    ...isolationLines(run, paint).map((line, at) => `${label(at === 0 ? "isolation" : "")}${line}`),
    ...nodeLines(run, context),
    `${label("tokens")}${tokensText(run.usage)}`,
    ...(run.usage.recorded ? [`${label("recorded")}${recordedText(run.usage.recorded)}`] : []),
    `${label("cost")}${costText(run.usage.costUsd)}`,
    ...(run.usage.forfeited ? [`${label("besides")}${forfeitedText(run.usage.forfeited)}`] : []),
    ...budgetLines(run.budget).map((line, at) => `${label(at === 0 ? "budget" : "")}${line}`),
    ...(run.saved ? [`${label("saved")}${usageText(run.saved)}`] : []),
    // Whoever looks at one run may look for it in a collector as well.
    ...(artifacts && run.traceparent ? [`${label("trace")}${run.traceparent.split("-")[1]}`] : []),
    `${label("artifacts")}${placeText(run.runDir, cwd)}`,
    ...outcomeLines(run, context).map((line, at) => `${label(at === 0 ? "outcome" : "")}${line}`),
    ...workspaceLines(run, cwd).map((line, at) => `${label(at === 0 ? "files" : "")}${line}`),
    ...waitingLines(run, context).map((line, at) => `${label(at === 0 ? "waits for" : "")}${line}`),
    ...next.map((command, at) => `${label(at === 0 ? "next" : "")}${command}`),
  ].join("\n");
}

const MOST_REQUESTS = 10;

/** What nobody has answered yet. Of one that is over, nothing is needed any more. */
function waitingLines({ status, requests = [] }: RunDetails, { paint }: SummaryContext): string[] {
  if (status === "waiting" && requests.length === 0) return ["nothing any more: what it asked is answered, or expired"];
  const left = requests.length - MOST_REQUESTS;
  const rest = left > 0 ? [paint("dim", `… and ${left.toLocaleString("en-US")} more`)] : [];
  return [...requests.slice(0, MOST_REQUESTS).flatMap((request) => requestLines(request, { paint })), ...rest];
}

function rerunText({ of, from }: NonNullable<RunDetails["rerun"]>): string {
  return from === undefined ? of : `${of} from ${from}`;
}

/** Of a run whose commands were all held to what the least of runs are, nothing has to be said. Otherwise all is: also that some were held to less. */
function isolationLines({ spaces = [] }: RunDetails, paint: Paint): string[] {
  const isPlain = spaces.every(({ preset, degraded = [] }) => preset === "cooperative" && degraded.length === 0);
  return isPlain ? [] : spaces.map((space) => spaceText(space, paint));
}

function spaceText({ preset, adapter, network, degraded = [] }: IsolationRecord, paint: Paint): string {
  const without = degraded.length === 0 ? "" : ` ${paint("red", `without ${degraded.join(", ")}`)}`;
  return `${preset} by ${adapter}, network ${network}${without}`;
}

type NodeDetails = RunDetails["nodes"][number];

function nodeLines({ nodes, rerun }: RunDetails, { paint, columns, artifacts = false, allNodes }: SummaryContext): string[] {
  if (nodes.length === 0) return [];
  const shown = allNodes === undefined ? nodes : worthALine(nodes);
  const rows = shown.map((node): Cell[] => [
    { plain: `  x ${node.path}`, shown: `  ${statusMark(node.status, paint)} ${node.path}` },
    { plain: node.status, shown: statusWord(node.status, paint) },
    { plain: node.durationMs === null ? "" : durationText(node.durationMs) },
    { plain: noteOf(node, rerun?.of) },
  ]);
  const lines = rowLines(rows, columns);
  const below = shown.map((node) => (artifacts ? artifactLines(node, paint) : handledLines(node)));
  const left = nodes.length - shown.length;
  const rest = left === 0 ? [] : [paint("dim", `  … and ${left.toLocaleString("en-US")} more that completed: ${allNodes}`)];
  return [paint("dim", "nodes"), ...lines.flatMap((line, at) => [line, ...(below[at] ?? [])]), ...rest];
}

const MOST_COMPLETED = 40;

/** All that did not complete, and of a long run only the first that did. */
function worthALine(nodes: readonly NodeDetails[]): readonly NodeDetails[] {
  let completed = 0;
  return nodes.filter(({ status }) => status !== "completed" || ++completed <= MOST_COMPLETED);
}

const HANDLED = { continue: "allowed to fail", fallback: "its fallback was used", catch: "caught" } as const;

/** The run that a re-run is of is told once. */
function noteOf({ decision, origin, handled, attempt = 1 }: NodeDetails, of: RunId | undefined): string {
  const notes = [
    ...(decision === "reused" ? [origin === undefined || origin.runId === of ? "reused" : `reused from ${origin.runId}`] : []),
    ...(handled === undefined ? [] : [HANDLED[handled]]),
    ...(attempt > 1 ? [`attempt ${attempt}`] : []),
  ];
  return notes.join(", ");
}

/** What ended the run is told with the run; what did not is told nowhere else. */
function handledLines({ handled, error }: NodeDetails): string[] {
  return handled && error ? [`      ${errorLine(error)}`] : [];
}

function artifactLines({ artifacts, error }: NodeDetails, paint: Paint): string[] {
  const rows = artifacts.map(({ path, size }): Cell[] => [
    { plain: `      ${path}` },
    { plain: sizeText(size), shown: paint("dim", sizeText(size)) },
  ]);
  return [...(error ? errorLines(error, paint).map((line) => `      ${line.replaceAll("\n", "\n      ")}`) : []), ...rowLines(rows)];
}

function outcomeLines({ outcome, start, rerun }: RunDetails, { outcomeRepository, cwd }: SummaryContext): string[] {
  if (!outcome) return [];
  const source = start?.source ?? rerun?.start?.source;
  const from = source ? `, from ${sourceText(source)} of the project` : "";
  const branch = `branch ${outcome.branch} (commit ${outcome.commit.slice(0, 12)})${from}`;
  if (outcomeRepository === undefined) return [branch];
  // Three dots: what the run changed, also after the project went on.
  return [
    branch,
    `git -C ${shellWord(placeText(outcomeRepository, cwd))} diff ${source ? source.commit.slice(0, 12) : "main"}...${shellWord(outcome.branch)}`,
  ];
}

/** Of a run without an outcome. */
function workspaceLines({ workspace, runDir }: RunDetails, cwd: string): string[] {
  if (workspace === undefined) return [];
  return [`${placeText(resolve(runDir, workspace), cwd)} (the run has no outcome: nothing of it is committed)`];
}
