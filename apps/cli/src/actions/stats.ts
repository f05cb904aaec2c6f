import { join } from "node:path";
import { localStore } from "@dad/local";
import { readTelemetry } from "@dad/observability/jsonl";
import type { StatsReport } from "@dad/protocol";
import { traceDirectory } from "@dad/run-context";
import { collectStats, type StatsBy } from "@dad/stats";
import { jsonText, paintFor, statsText, visible } from "@dad/terminal";
import { offerOwnPackages } from "../agent-file/own-packages.ts";
import { RunRootUnknownError } from "../errors.ts";
import { EXIT } from "../exit-code.ts";
import { findRunRoot } from "../project/find-project.ts";
import { isDirectory } from "../project/is-directory.ts";
import { parseSince } from "../project/parse-since.ts";

export interface StatsFlags {
  readonly since?: string;
  readonly by?: StatsBy;
  readonly runRoot?: string;
  readonly json?: true;
}

/** Adds up the runs of a run root. A run that cannot be read is told on stderr, and makes the command fail. */
export async function addUpRuns({ since, by, ...flags }: StatsFlags): Promise<number> {
  offerOwnPackages();
  const until = new Date();
  const from = since === undefined ? undefined : parseSince(since, until);
  const runRoot = await findRunRoot({ cwd: process.cwd(), runRoot: flags.runRoot });
  if (flags.runRoot !== undefined && !(await isDirectory(runRoot))) throw new RunRootUnknownError(runRoot);
  const report = await statsIn(runRoot, { since: from, until, by });
  process.stdout.write(flags.json ? jsonText(report) : `${statsText(visible(report), paintFor(process.stdout), process.stdout.columns)}\n`);
  for (const { runId, code, message } of report.unreadable)
    process.stderr.write(`run ${visible(runId)} cannot be read: ${visible(message)} (${code})\n`);
  return report.unreadable.length > 0 ? EXIT.failed : EXIT.done;
}

interface Asked {
  readonly since: Date | undefined;
  readonly until: Date;
  readonly by: StatsBy | undefined;
}

async function statsIn(runRoot: string, asked: Asked): Promise<StatsReport> {
  await using store = localStore({ runRoot });
  const { journals, index } = store;
  return await collectStats({ journals, index, telemetry: (runId) => readTelemetry(traceDirectory(join(runRoot, runId))) }, { runRoot, ...asked });
}
