import { createReadStream } from "node:fs";
import { lstat, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type LocalStore, localStore } from "@dad/local";
import { readTelemetry } from "@dad/observability/jsonl";
import { RunMetadata, type RunRuntime } from "@dad/protocol";
import type { ReportPorts } from "@dad/report";
import { listRuns } from "@dad/run-context";
import { outcomeProjectOf } from "./outcome-of.ts";

/** Where a report finds what is known of the runs of a run root. */
export function reportPorts(store: LocalStore): ReportPorts & AsyncDisposable {
  const { runRoot, journals, artifacts, index } = store;
  const opened: LocalStore[] = [];
  return {
    journals,
    artifacts,
    runRoot,
    telemetry: (runId, abort) => readTelemetry(join(runRoot, runId, ".trace"), abort),
    runtime: (runId) => keptRuntime(join(runRoot, runId, ".trace", "dad_metadata.json")),
    async shown(runId, path) {
      const place = join(runRoot, runId, path);
      const found = await lstat(place).catch(() => undefined);
      return found?.isFile() ? createReadStream(place) : undefined;
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

/** The file is derived and for people: without it, or with another one in its place, a report says less. */
async function keptRuntime(file: string): Promise<RunRuntime | undefined> {
  const text = await readFile(file, "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return RunMetadata.parse(JSON.parse(text)).runtime;
  } catch {
    return undefined;
  }
}
