import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Observability, recordingObservability } from "@dad/observability";
import { readTelemetry } from "@dad/observability/jsonl";
import { observabilityContract, type TelemetryRecord } from "@dad/observability/testing";
import { otlpSink } from "@dad/observability-otlp";
import { afterAll } from "vitest";
import { endpoints, type FakeReceiver, fakeReceiver, ORIGIN, TAKES } from "./fake-receiver.ts";

const FILES = { "/v1/traces": "trace.jsonl", "/v1/metrics": "metrics.jsonl", "/v1/logs": "logs.jsonl" };
const receivers = new Map<Observability, FakeReceiver>();

afterAll(() => Promise.all([...receivers.values()].map((receiver) => receiver[Symbol.asyncDispose]())));

observabilityContract("otlpSink", {
  async create() {
    const receiver = await fakeReceiver(TAKES);
    const observability = recordingObservability([otlpSink({ origin: ORIGIN, ...endpoints(receiver.url) })]);
    receivers.set(observability, receiver);
    return observability;
  },
  recorded: async (observability) => kept(receivers.get(observability)?.received ?? []),
});

/** What a receiver got is a line of a file. */
async function kept(received: FakeReceiver["received"]): Promise<TelemetryRecord> {
  const directory = await mkdtemp(join(tmpdir(), "dad-contract-"));
  try {
    for (const [path, file] of Object.entries(FILES)) {
      const lines = received.filter((request) => request.path === path).map(({ text }) => `${text}\n`);
      await writeFile(join(directory, file), lines.join(""));
    }
    const { spans, logs, metrics } = await readTelemetry(directory);
    return { spans, logs, metrics: metrics.flatMap(({ name, points }) => points.map(({ value, attributes }) => ({ name, value, attributes }))) };
  } finally {
    await rm(directory, { recursive: true });
  }
}
