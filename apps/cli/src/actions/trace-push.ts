import { join } from "node:path";
import { localStore } from "@dad/local";
import { pushTelemetry, type Signal } from "@dad/observability-otlp";
import type { PushReport } from "@dad/protocol";
import { traceDirectory } from "@dad/run-context";
import { jsonText, visible } from "@dad/terminal";
import { offerOwnPackages } from "../agent-file/own-packages.ts";
import { TelemetryMissingError } from "../errors.ts";
import { EXIT } from "../exit-code.ts";
import { findRunRootThere } from "../project/find-project.ts";
import { findRun } from "../project/find-run.ts";
import { pushEndpoints } from "../project/push-endpoints.ts";
import { leaving } from "../terminal/leaving.ts";

export interface TracePushFlags {
  readonly otlp?: string;
  /** `name=value`. */
  readonly header?: readonly string[];
  readonly signal?: readonly Signal[];
  readonly runRoot?: string;
  readonly json?: true;
}

/** Sends the telemetry of a run to a receiver, and says what arrived. */
export async function tracePush(given: string, flags: TracePushFlags): Promise<number> {
  offerOwnPackages();
  const endpoints = await pushEndpoints(flags);
  const runRoot = await findRunRootThere({ cwd: process.cwd(), runRoot: flags.runRoot });
  await using store = localStore({ runRoot });
  const { runId } = await findRun(store, given);
  using leave = leaving();
  const directory = traceDirectory(join(runRoot, runId));
  const pushed = await pushTelemetry({ directory, endpoints, signal: leave.signal }).catch((error: unknown) => {
    if (!leave.signal.aborted) throw error;
  });
  if (!pushed) {
    process.stderr.write("stopped: not everything was sent\n");
    return EXIT.cancelled;
  }
  const report: PushReport = { format: "dad.push/1", runId, ...pushed };
  if (report.unfinished.length === 0 && report.signals.every(isEmpty)) throw new TelemetryMissingError(runId, directory);
  process.stdout.write(flags.json ? jsonText(report) : pushText(visible(report)));
  return report.signals.some(({ rejected, damaged }) => rejected > 0 || damaged.length > 0) ? EXIT.failed : EXIT.done;
}

function isEmpty({ sent, damaged, torn }: PushReport["signals"][number]): boolean {
  return sent === 0 && damaged.length === 0 && !torn;
}

const WORDS: Readonly<Record<Signal, readonly [string, string]>> = {
  traces: ["span", "spans"],
  metrics: ["state of an instrument", "states of instruments"],
  logs: ["log record", "log records"],
};

function pushText({ runId, signals, unfinished }: PushReport): string {
  const lines = signals.flatMap(({ signal, url, sent, rejected, reason, damaged, torn }) => [
    `  ${String(sent).padStart(7)} ${WORDS[signal][sent === 1 ? 0 : 1]} to ${url}${rejected > 0 ? `, of which ${reason ?? `it does not keep ${rejected}`}` : ""}`,
    ...(damaged.length > 0 ? [`          not sent, because they cannot be read: ${listed(damaged)}`] : []),
    ...(torn ? ["          the last line is not whole: the run goes on, or was killed at it"] : []),
  ]);
  const open = unfinished.map(({ name }) => name);
  if (open.length > 0)
    lines.push(`  not sent, because they have not ended: ${open.length === 1 ? "the span" : `${open.length} spans:`} ${named(open)}`);
  return [`sent of run ${runId}`, ...lines, ""].join("\n");
}

function listed(numbers: readonly number[]): string {
  return `${numbers.length === 1 ? "line" : "lines"} ${named(numbers.map(String))}`;
}

function named(names: readonly string[]): string {
  return names.length > 5 ? `${names.slice(0, 5).join(", ")} and ${names.length - 5} more` : names.join(", ");
}
