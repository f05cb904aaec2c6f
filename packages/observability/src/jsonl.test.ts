import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { jsonlObservability, readTelemetry } from "./jsonl.ts";
import type { Observability } from "./observability.ts";
import { observabilityContract } from "./testing.ts";

const root = mkdtempSync(join(tmpdir(), "dad-jsonl-"));
afterAll(() => rmSync(root, { recursive: true }));

const directories = new WeakMap<Observability, string>();

observabilityContract("jsonlObservability", {
  create() {
    const directory = mkdtempSync(join(root, "run-"));
    const observability = jsonlObservability({ directory, origin: { resource: { "service.name": "test" }, scope: { name: "test" } } });
    directories.set(observability, directory);
    return observability;
  },
  async recorded(observability) {
    const { spans, unfinished, logs, metrics } = await readTelemetry(directories.get(observability) as string);
    const points = metrics.flatMap(({ name, points }) => points.map(({ attributes, value }) => ({ name, attributes, value })));
    return { spans, unfinished, logs, metrics: points };
  },
});
