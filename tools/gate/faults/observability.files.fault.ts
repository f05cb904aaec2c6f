// Fault: of what is open, the files say nothing.
// Noticed by: is handed over in order and once, however often it is flushed, without the spans that go on
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Observability, recordingObservability } from "@dad/observability";
import { jsonlSink, readTelemetry } from "@dad/observability/jsonl";
import { observabilityContract } from "@dad/observability/testing";
import { afterAll } from "vitest";

const root = mkdtempSync(join(tmpdir(), "dad-fault-"));
afterAll(() => rmSync(root, { recursive: true }));

const directories = new WeakMap<Observability, string>();

function silentObservability(): Observability {
  const directory = mkdtempSync(join(root, "run-"));
  const { started: _started, ...sink } = jsonlSink({ directory, origin: { resource: {}, scope: { name: "fault" } } });
  const observability = recordingObservability([sink]);
  directories.set(observability, directory);
  return observability;
}

observabilityContract("files that know only what has ended", {
  create: silentObservability,
  async recorded(observability) {
    const { spans, unfinished, logs, metrics } = await readTelemetry(directories.get(observability) as string);
    const points = metrics.flatMap(({ name, points }) => points.map(({ attributes, value }) => ({ name, attributes, value })));
    return { spans, unfinished, logs, metrics: points };
  },
});
