import { execFile, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { ROOT_CONTEXT, SeverityNumber, SpanStatusCode, trace } from "@opentelemetry/api";
import { type Observability, recordingObservability, traceVariables } from "@dad/observability";
import { jsonlSink } from "@dad/observability/jsonl";
import { otlpSink, pushTelemetry } from "@dad/observability-otlp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Devtools, devtools, type KeptSpan } from "./devtools.ts";
import { endpoints, fakeReceiver, ORIGIN } from "./fake-receiver.ts";

const here = import.meta.dirname;

/** A run in miniature. Gives the context of its innermost span. */
function tell({ tracer, meter, logger }: Observability, name: string) {
  const before = { traceId: "ab".repeat(16), spanId: "cd".repeat(8), traceFlags: 1 };
  const root = tracer.startSpan(`invoke_workflow ${name}`, { links: [{ context: before, attributes: { "dad.link.type": "rerun_of" } }] });
  const inRoot = trace.setSpan(ROOT_CONTEXT, root);
  const node = tracer.startSpan("command build", { attributes: { "dad.node.path": "agent.build" } }, inRoot);
  const inNode = trace.setSpan(ROOT_CONTEXT, node);
  logger.emit({ eventName: "dad.node.failed", body: `${name} failed`, severityNumber: SeverityNumber.ERROR, context: inNode });
  meter.createCounter(`${name}.calls`, { unit: "{call}" }).add(2, { model: "m" });
  meter.createHistogram(`${name}.duration`, { unit: "s" }).record(1.5);
  node.setStatus({ code: SpanStatusCode.ERROR, message: "exit code 1" });
  return { node, end: () => [node, root].forEach((span) => span.end()), ids: [root.spanContext(), node.spanContext()] as const };
}

function expectRun(spans: readonly KeptSpan[], name: string, [root, node]: ReturnType<typeof tell>["ids"]): void {
  const { traceId } = root;
  const inTrace = spans.filter((span) => span.traceId === traceId);
  expect(inTrace).toContainEqual(
    expect.objectContaining({
      name: `invoke_workflow ${name}`,
      spanId: root.spanId,
      links: [expect.objectContaining({ traceId: "ab".repeat(16), spanId: "cd".repeat(8) })],
    }),
  );
  expect(inTrace.find(({ spanId }) => spanId === root.spanId)).not.toHaveProperty("parentSpanId");
  expect(inTrace).toContainEqual(
    expect.objectContaining({
      name: "command build",
      spanId: node.spanId,
      parentSpanId: root.spanId,
      status: { code: "ERROR", message: "exit code 1" },
      attributes: expect.objectContaining({ "dad.node.path": "agent.build", "service.name": "tested" }) as object,
    }),
  );
}

describe("a receiver of somebody else", () => {
  let receiver: Devtools;
  beforeAll(async () => {
    receiver = await devtools();
  });
  afterAll(() => receiver[Symbol.asyncDispose]());

  it.each(["http/json", "http/protobuf"] as const)("gets spans with their parents and links while the run goes on, by %s", async (protocol) => {
    const sink = otlpSink({ origin: ORIGIN, ...endpoints(receiver.url, { protocol }) });
    const run = recordingObservability([sink]);
    const { end, ids } = tell(run, protocol);
    end();
    await run.flush();
    expectRun(await receiver.spans(), protocol, ids);
    await run[Symbol.asyncDispose]();
    expect(sink.lost).toEqual({ traces: 0, logs: 0 });
  });

  it("gets the spans of a program that a node starts in the trace of the run, under the span of the node", async () => {
    const run = recordingObservability([otlpSink({ origin: ORIGIN, ...endpoints(receiver.url) })]);
    const { node, end, ids } = tell(run, "parent");
    const env = { PATH: process.env["PATH"], ...traceVariables(node), OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url };
    await promisify(execFile)(process.execPath, [join(here, "instrumented-child.ts")], { env });
    end();
    await run[Symbol.asyncDispose]();
    const spans = await receiver.spans();
    expectRun(spans, "parent", ids);
    expect(spans.find(({ name }) => name === "work of the child")).toMatchObject({ traceId: ids[1].traceId, parentSpanId: ids[1].spanId });
  });

  it("gets the same from the files of the run, whole and without what has not ended", async () => {
    const directory = await mkdtemp(join(tmpdir(), "dad-push-"));
    const run = recordingObservability([jsonlSink({ directory, origin: ORIGIN })]);
    const { end, ids } = tell(run, "pushed");
    const open = run.tracer.startSpan("still open");
    end();
    await run.flush();
    await new Promise(setImmediate);
    await run[Symbol.asyncDispose]();
    const { traces, metrics, logs } = endpoints(receiver.url);
    const pushed = await pushTelemetry({ directory, endpoints: { ...(traces && { traces }), ...(metrics && { metrics }), ...(logs && { logs }) } });
    expect(pushed).toMatchObject({
      signals: [
        { signal: "traces", url: `${receiver.url}/v1/traces`, sent: 2, requests: 1, rejected: 0, damaged: [], torn: false },
        { signal: "metrics", sent: expect.any(Number) as number, damaged: [] },
        { signal: "logs", sent: 1 },
      ],
      unfinished: [{ name: "still open", spanId: open.spanContext().spanId }],
    });
    expectRun(await receiver.spans(), "pushed", ids);
  });

  it("got logs with the span they belong to, and instruments as they stood, both ways", async () => {
    const { logs, series, points } = await receiver.end();
    for (const name of ["http/json", "http/protobuf", "parent", "pushed"]) {
      const log = logs.filter(({ body_text }) => body_text === `${name} failed`);
      expect(log).toMatchObject([{ severity_number: SeverityNumber.ERROR, trace_id: expect.stringMatching(/^[0-9a-f]{32}$/) as string }]);
      const counter = series.find((one) => one["name"] === `${name}.calls`);
      expect(counter).toMatchObject({ unit: "{call}", kind: "sum", temporality: "cumulative", monotonic: 1, attributes: '{"model":"m"}' });
      const histogram = series.find((one) => one["name"] === `${name}.duration`);
      expect(points.filter(({ series_id }) => series_id === counter?.["series_id"])[0]).toMatchObject({ value: 2 });
      expect(points.filter(({ series_id }) => series_id === histogram?.["series_id"])[0]).toMatchObject({ sum: 1.5, min: 1.5, max: 1.5 });
    }
    expect(logs.filter(({ attributes }) => String(attributes).includes("still open"))).toEqual([]);
  });
});

describe("a process that sends", () => {
  it("is not kept alive by a receiver that hangs, says nothing itself, and sends no header of its environment", async () => {
    await using hanging = await fakeReceiver(() => {});
    const env = { PATH: process.env["PATH"], OTEL_EXPORTER_OTLP_HEADERS: "authorization=of-the-host", OTEL_LOG_LEVEL: "debug" };
    const child = fork(join(here, "quiet-exit.ts"), [hanging.url], { env, execArgv: ["--conditions=@dad/source", "--no-warnings"], silent: true });
    let said = "";
    for (const stream of [child.stdout, child.stderr]) stream?.on("data", (piece) => (said += String(piece)));
    await hanging.came(2);
    child.send("end");
    const [code] = (await once(child, "exit")) as [number];
    expect({ code, said }).toEqual({ code: 0, said: "" });
    expect(hanging.received.map(({ headers }) => headers.authorization)).toEqual([undefined, undefined]);
  });
});
