import { createReadStream } from "node:fs";
import { lstat } from "node:fs/promises";
import { join } from "node:path";
import { type LocalStore, localStore } from "@dad/local";
import { readTelemetry } from "@dad/observability/jsonl";
import type { ReportPorts } from "@dad/report";
import { listRuns } from "@dad/run-context";
import { outcomeProjectOf } from "./outcome-of.ts";

/** Where a report finds what is known of the runs of a run root. */
export function reportPorts(store: LocalStore): ReportPorts & AsyncDisposable {
  const { runRoot, journals, artifacts, index } = store;
  const opened = new AsyncDisposableStack();
  return {
    journals,
    artifacts,
    runRoot,
    telemetry: (runId, abort) => readTelemetry(join(runRoot, runId, ".trace"), abort),
    async shown(runId, path) {
      const place = join(runRoot, runId, path);
      const found = await lstat(place).catch(() => undefined);
      return found?.isFile() ? createReadStream(place) : undefined;
    },
    async outcomes(run) {
      const project = await outcomeProjectOf(run, runRoot);
      return project === undefined ? undefined : opened.use(localStore({ runRoot, project, hostEnv: process.env })).outcomes;
    },
    runs: async (abort) => (await listRuns(journals, { runRoot, index, ...abort })).runs,
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}
