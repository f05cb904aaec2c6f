import { createReadStream } from "node:fs";
import { lstat, readFile, realpath } from "node:fs/promises";
import { join } from "node:path";
import { type LocalStore, localStore } from "@dad/local";
import { readTelemetry } from "@dad/observability/jsonl";
import { DadError, RunMetadata, type RunRuntime } from "@dad/protocol";
import type { ReportPorts } from "@dad/report";
import { listRuns, METADATA, traceDirectory } from "@dad/run-context";
import { outcomeProjectOf } from "./outcome-of.ts";

/** Where a report finds what is known of the runs of a run root. */
export function reportPorts(store: LocalStore): ReportPorts & AsyncDisposable {
  const { runRoot, journals, artifacts, index } = store;
  const opened: LocalStore[] = [];
  return {
    journals,
    artifacts,
    runRoot,
    async telemetry(runId, abort) {
      const directory = traceDirectory(join(runRoot, runId));
      const found = await lstat(directory).catch(() => undefined);
      // It may lead to the traces of another run, which are none of this report's business.
      if (found?.isSymbolicLink()) throw new DadError("TELEMETRY_UNREADABLE", `${directory} is a link: what it leads to is not read`);
      return await readTelemetry(directory, abort);
    },
    runtime: (runId) => keptRuntime(join(runRoot, runId)),
    async shown(runId, path) {
      const place = await regularFile(join(runRoot, runId), path);
      return place === undefined ? undefined : createReadStream(place);
    },
    async outcomes(run) {
      const project = await outcomeProjectOf(run, runRoot);
      if (project === undefined) return undefined;
      const other = localStore({ runRoot, project, hostEnv: process.env });
      opened.push(other);
      return other.outcomes;
    },
    runs: async (abort) => (await listRuns(journals, { runRoot, index, ...abort })).runs,
    async [Symbol.asyncDispose]() {
      for (const other of opened.splice(0).reverse()) await other[Symbol.asyncDispose]();
    },
  };
}

/** A file of a run, when it is one and lies where it says: in a directory that somebody sent, links may lead anywhere, and a device has no end. */
async function regularFile(runDir: string, path: string): Promise<string | undefined> {
  const place = join(runDir, path);
  try {
    if (!(await lstat(place)).isFile()) return undefined;
    return (await realpath(place)) === join(await realpath(runDir), path) ? place : undefined;
  } catch {
    return undefined;
  }
}

/** The file is derived and for people: without it, or with another one in its place, a report says less. */
async function keptRuntime(runDir: string): Promise<RunRuntime | undefined> {
  const file = await regularFile(runDir, METADATA);
  const text = file === undefined ? undefined : await readFile(file, "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return RunMetadata.parse(JSON.parse(text)).runtime;
  } catch {
    return undefined;
  }
}
