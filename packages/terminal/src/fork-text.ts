import type { ForkedFrom, ForkedRun, ForkReport } from "@dad/protocol";
import { costText, recordedText, tokensText } from "./amounts.ts";
import { durationText } from "./duration.ts";
import { errorLine } from "./error-text.ts";
import { statusWord } from "./node-mark.ts";
import type { Paint } from "./paint.ts";
import { type Cell, rowLines } from "./rows.ts";
import { setText } from "./set-text.ts";

export interface ForkContext {
  readonly paint: Paint;
  /** Commands to try next. */
  readonly next?: readonly string[];
}

const HEAD = ["#", "SET", "STATUS", "NODES", "IN", "OUT", "COST", "TOOK", "FILES", "OUTPUTS", "RUN"];

/**
 * The children of a fork side by side, for people. No column is left out, whatever the width of the terminal: the run ids are at the
 * end, where a line that is too long does least harm. Data is taken as it is: make it visible before.
 */
export function forkText(report: ForkReport, { paint, next = [] }: ForkContext): string {
  const { children, stopped } = report;
  const label = (name: string) => paint("dim", name.padEnd(10));
  const sets = setText(children.map(({ set }) => set));
  const head = HEAD.map((plain) => ({ plain, shown: paint("dim", plain) }));
  const rows = children.map((child, at) => childCells(child, sets[at] ?? "", paint));
  return [
    ...rowLines([head, baseCells(report.of, paint), ...rows]),
    "",
    `${label("of")}${report.of.runId} from ${report.from}`,
    `${label("tokens")}${tokensText(report.usage)}`,
    ...(report.usage.recorded ? [`${label("recorded")}${recordedText(report.usage.recorded)}`] : []),
    `${label("cost")}${costText(report.usage.costUsd)}${report.budgetUsd === undefined ? "" : ` of a budget of ${costText(report.budgetUsd)}`}`,
    ...children.flatMap((child) => errorLinesOf(child, report)),
    ...(stopped ? [`${label("stopped")}${paint("yellow", errorLine(stopped))}`] : []),
    ...next.map((command, at) => `${label(at === 0 ? "next" : "")}${command}`),
  ].join("\n");
}

function baseCells(of: ForkedFrom, paint: Paint): Cell[] {
  const { cells, run } = sharedCells(of);
  return [{ plain: "0" }, { plain: "the earlier run" }, { plain: of.status, shown: statusWord(of.status, paint) }, ...cells, { plain: "" }, ...run];
}

function childCells(child: ForkedRun, set: string, paint: Paint): Cell[] {
  const { number, status, changedFiles } = child;
  const { cells, run } = sharedCells(child);
  const shown = status === "not started" ? paint("yellow", status) : statusWord(status, paint);
  const files = { plain: child.runId === null ? "" : String(changedFiles ?? "unknown") };
  return [{ plain: String(number) }, { plain: set === "" ? "nothing" : set }, { plain: status, shown }, ...cells, files, ...run];
}

/** Of what was not started there is nothing to say. */
function sharedCells({ runId, executed, usage, durationMs, outputs }: Pick<ForkedRun, "runId" | "executed" | "usage" | "durationMs" | "outputs">) {
  const amount = (tokens: number) => tokens.toLocaleString("en-US");
  const texts =
    runId === null
      ? ["", "", "", "", ""]
      : [String(executed), amount(usage.inputTokens), amount(usage.outputTokens), costText(usage.costUsd), tookText(durationMs)];
  return { cells: texts.map((plain): Cell => ({ plain })), run: [{ plain: outputs ?? "" }, { plain: runId ?? "" }] };
}

function tookText(durationMs: number | null): string {
  return durationMs === null ? "" : durationText(durationMs);
}

/** What stopped the fork is told once. */
function errorLinesOf({ number, error }: ForkedRun, { stopped }: ForkReport): string[] {
  if (!error || codesOf(error).includes(stopped?.code ?? "")) return [];
  return [`${`child ${number}`.padEnd(9)} ${errorLine(error)}`];
}

function codesOf(error: NonNullable<ForkedRun["error"]>): string[] {
  return [error.code, ...(error.cause ? codesOf(error.cause) : [])];
}
