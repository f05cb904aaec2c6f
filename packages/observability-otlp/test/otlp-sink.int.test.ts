import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { ROOT_CONTEXT, SeverityNumber, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { recordingObservability, type RecordedSpan } from "@dad/observability";
import { describe, expect, it } from "vitest";
import { type OtlpSinkOptions, otlpSink, type TelemetryTroubleError } from "@dad/observability-otlp";
import { answers, endpoints, fakeReceiver, ORIGIN, TAKES } from "./fake-receiver.ts";

function span(number: number): RecordedSpan {
  const traceId = "0123456789abcdef0123456789abcdef";
  const ids = { traceId, spanId: String(number).padStart(16, "0") };
  return {
    ...ids,
    name: `span ${number}`,
    kind: SpanKind.INTERNAL,
    startTime: 1,
    endTime: 2,
    attributes: {},
    status: { code: SpanStatusCode.UNSET },
    events: [],
    links: [],
  };
}

function names(from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, index) => `span ${from + index}`);
}

/** A sink of traces, and what it tells. */
function tracing(url: string, more: Partial<NonNullable<OtlpSinkOptions["traces"]>> = {}, options: Partial<OtlpSinkOptions> = {}) {
  const troubles: TelemetryTroubleError[] = [];
  const traces = { ...endpoints(url).traces, ...more } as NonNullable<OtlpSinkOptions["traces"]>;
  return { troubles, sink: otlpSink({ origin: ORIGIN, traces, onTrouble: (trouble) => void troubles.push(trouble), ...options }) };
}

/** An address at which nobody listens. */
async function nobody(): Promise<string> {
  const server = createServer();
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return `http://127.0.0.1:${port}`;
}

describe("otlpSink", () => {
  it("sends spans, logs and instruments with what they have in common, and no record that a span has started", async () => {
    await using receiver = await fakeReceiver(TAKES);
    const sink = otlpSink({ origin: ORIGIN, ...endpoints(receiver.url, { headers: { "x-tenant": "a b" }, compression: "gzip" }) });
    const run = recordingObservability([sink]);
    const parent = run.tracer.startSpan("span parent");
    const context = trace.setSpan(ROOT_CONTEXT, parent);
    run.tracer.startSpan("span child", { links: [{ context: parent.spanContext(), attributes: { why: "test" } }] }, context).end();
    run.tracer.startSpan("span that never ends", {}, context);
    parent.end();
    run.logger.emit({ body: { said: ["hello"] }, eventName: "dad.test", severityNumber: SeverityNumber.INFO, context });
    run.meter.createCounter("calls", { unit: "{call}" }).add(3);
    run.meter.createHistogram("times", { unit: "s" }).record(0.5);
    await run.flush();
    const one = (path: string) => receiver.received.find((request) => request.path === path);
    const { traceId, spanId } = parent.spanContext();
    const common = { resource: { attributes: [{ key: "service.name", value: { stringValue: "tested" } }] } };
    const scope = { scope: { name: "@dad/test", version: "1.2.3" }, schemaUrl: ORIGIN.schemaUrl };
    expect(one("/v1/traces")?.headers).toMatchObject({ "content-type": "application/json", "content-encoding": "gzip", "x-tenant": "a b" });
    expect(JSON.parse(one("/v1/traces")?.text ?? "")).toMatchObject({
      resourceSpans: [
        {
          ...common,
          scopeSpans: [
            {
              ...scope,
              spans: [
                { name: "span child", traceId, parentSpanId: spanId, links: [{ traceId, spanId }] },
                { name: "span parent", traceId, spanId },
              ],
            },
          ],
        },
      ],
    });
    const logs = [{ eventName: "dad.test", traceId, spanId, severityNumber: 9 }];
    expect(JSON.parse(one("/v1/logs")?.text ?? "")).toMatchObject({ resourceLogs: [{ ...common, scopeLogs: [{ ...scope, logRecords: logs }] }] });
    const metrics = [
      { name: "calls", unit: "{call}", sum: { isMonotonic: true, aggregationTemporality: 2, dataPoints: [{ asDouble: 3 }] } },
      { name: "times", histogram: { aggregationTemporality: 2, dataPoints: [{ count: 1, sum: 0.5, min: 0.5, max: 0.5 }] } },
    ];
    expect(JSON.parse(one("/v1/metrics")?.text ?? "")).toMatchObject({ resourceMetrics: [{ scopeMetrics: [{ ...scope, metrics }] }] });
    await run[Symbol.asyncDispose]();
    expect(sink.lost).toEqual({ traces: 0, logs: 0 });
  });

  it("sends a batch as soon as it is full, and the rest when it is flushed", async () => {
    await using receiver = await fakeReceiver(TAKES);
    await using sink = tracing(receiver.url, { batching: { batchSize: 2, delayMs: 2 ** 30 } }).sink;
    for (const number of [1, 2, 3]) sink.span(span(number));
    await receiver.came(1);
    expect(receiver.spanNames()).toEqual(names(1, 2));
    await sink.flush();
    expect(receiver.spanNames()).toEqual(names(1, 3));
  });

  it("sends all spans of the traces that are sampled, and none of others", async () => {
    await using receiver = await fakeReceiver(TAKES);
    await using sink = tracing(receiver.url, { sampling: { sampler: "traceidratio", ratio: 0.5 } }).sink;
    sink.span({ ...span(1), traceId: `${"f".repeat(18)}${"7".repeat(14)}` });
    sink.span({ ...span(2), traceId: `${"0".repeat(18)}${"8".repeat(14)}` });
    await sink.flush();
    expect(receiver.spanNames()).toEqual(["span 2"]);
  });

  it("keeps the newest while nobody is there, tells it once, and waits for nobody", async () => {
    const { sink, troubles } = tracing(await nobody(), { batching: { queueSize: 10, batchSize: 4, delayMs: 0 } });
    for (let number = 1; number <= 1000; number += 1) sink.span(span(number));
    expect(sink.lost.traces).toBe(990);
    await sink.flush();
    for (let number = 1; number <= 100; number += 1) sink.span(span(number));
    await sink.flush();
    await sink[Symbol.asyncDispose]();
    expect(sink.lost).toEqual({ traces: 1100, logs: 0 });
    expect(troubles).toHaveLength(1);
  });

  it("says of a receiver that is not there where that is and what can be done", async () => {
    const url = await nobody();
    const { sink, troubles } = tracing(`${url}/in?key=secret`);
    sink.span(span(1));
    await sink.flush();
    await sink[Symbol.asyncDispose]();
    expect(troubles).toMatchObject([{ code: "TELEMETRY_UNREACHABLE", retryable: true, details: { signal: "traces", url: `${url}/in/v1/traces` } }]);
    expect(troubles[0]?.message).toContain(`traces are not sent to ${url}/in/v1/traces: connect ECONNREFUSED`);
    expect(troubles[0]?.message).toContain(
      "Look whether a receiver of OTLP over HTTP listens there. What the run keeps in its files can be sent later: dad trace push",
    );
  });

  it.each([429, 502, 503, 504])("sends again what is answered with %i, when the receiver says that it may, and tells nothing", async (status) => {
    await using receiver = await fakeReceiver((response, request, index) =>
      index < 2
        ? answers(status, { "retry-after": index === 0 ? "0" : new Date(0).toUTCString() })(response, request, index)
        : TAKES(response, request, index),
    );
    const { sink, troubles } = tracing(receiver.url, { batching: { delayMs: 2 ** 30 } });
    sink.span(span(1));
    sink.span(span(2));
    await sink.flush();
    await sink[Symbol.asyncDispose]();
    expect(receiver.spanNames()).toEqual([...names(1, 2), ...names(1, 2), ...names(1, 2)]);
    expect({ lost: sink.lost.traces, troubles }).toEqual({ lost: 0, troubles: [] });
  });

  it("gives up at its end what is only answered with 503, and says so", async () => {
    await using receiver = await fakeReceiver((response, request, index) =>
      answers(503, index < 2 ? { "retry-after": "0" } : {}, "too busy\u001b[31m")(response, request, index),
    );
    const { signal, abort } = aborting();
    const { sink, troubles } = tracing(
      receiver.url,
      {},
      {
        onTrouble(trouble) {
          troubles.push(trouble);
          abort();
        },
      },
    );
    sink.span(span(1));
    await sink.flush({ signal });
    await sink[Symbol.asyncDispose]();
    expect(receiver.received).toHaveLength(3);
    expect(sink.lost.traces).toBe(1);
    expect(troubles).toMatchObject([{ code: "TELEMETRY_UNREACHABLE", details: { status: 503 } }]);
    expect(troubles[0]?.message).toContain("it answered 503 Service Unavailable: too busy [31m.");
  });

  it("waits for a receiver that hangs as long as the signal says, and not at its end once more", async () => {
    await using receiver = await fakeReceiver(() => {});
    const { sink, troubles } = tracing(receiver.url, { timeoutMs: 2 ** 30 }, { flushTimeoutMs: 2 ** 30 });
    sink.span(span(1));
    const { signal, abort } = aborting();
    const flushed = sink.flush({ signal });
    await receiver.came(1);
    for (let number = 2; number <= 5000; number += 1) sink.span(span(number));
    abort();
    await flushed;
    await sink[Symbol.asyncDispose]();
    expect(sink.lost.traces).toBe(5000);
    expect(troubles).toHaveLength(1);
  });

  it("ends a request that takes longer than it may", async () => {
    await using receiver = await fakeReceiver((response) => void response.writeHead(200).write("{"));
    await using silent = await fakeReceiver(() => {});
    const { sink, troubles } = tracing(silent.url, { timeoutMs: 50 });
    const slow = tracing(receiver.url, { timeoutMs: 50 });
    sink.span(span(1));
    slow.sink.span(span(1));
    await Promise.all([sink.flush(), slow.sink.flush()]);
    await Promise.all([sink[Symbol.asyncDispose](), slow.sink[Symbol.asyncDispose]()]);
    expect(troubles[0]?.message).toContain("there is no answer within 50 ms");
    // It has said 200.
    expect([slow.sink.lost.traces, slow.troubles]).toEqual([0, []]);
  });

  it("sends less at once to a receiver for which it is too much", async () => {
    await using receiver = await fakeReceiver((response, request, index) =>
      (request.text.match(/"spanId"/g)?.length ?? 0) > 2 ? answers(413)(response, request, index) : TAKES(response, request, index),
    );
    const { sink, troubles } = tracing(receiver.url);
    for (let number = 1; number <= 7; number += 1) sink.span(span(number));
    await sink.flush();
    await sink[Symbol.asyncDispose]();
    expect(new Set(receiver.spanNames())).toEqual(new Set(names(1, 7)));
    expect({ lost: sink.lost.traces, troubles }).toEqual({ lost: 0, troubles: [] });
  });

  it.each<[string, Parameters<typeof answers>, string]>([
    [
      "a key that is wrong",
      [401, {}, '{"message":"no such key Bearer sesame-street"}'],
      'it answered 401 Unauthorized: {"message":"no such key [header]"}. Look at the headers',
    ],
    ["a path that is wrong", [404], "it answered 404 Not Found. Look at the URL"],
    [
      "another place",
      [308, { location: "https://elsewhere/v1/traces?key=1" }],
      "it answered 308 Permanent Redirect and wants to be asked at https://elsewhere/v1/traces. ",
    ],
    ["what it does not understand", [400, {}, "cannot parse"], "it answered 400 Bad Request: cannot parse. Look whether it takes another protocol"],
    ["a page", [200, { "content-type": "text/html" }, "<h1>Welcome</h1>"], "it answers with a page for people, so it is no receiver of OTLP"],
    [
      "spans that it does not like",
      [200, {}, '{"partialSuccess":{"rejectedSpans":"1","errorMessage":"too old"}}'],
      "it does not keep 1 of them: too old",
    ],
  ])("gives up what is refused for %s, and says why", async (_why, answer, message) => {
    await using receiver = await fakeReceiver(answers(...answer));
    const { sink, troubles } = tracing(receiver.url, { headers: { authorization: "Bearer sesame-street" } });
    sink.span(span(1));
    await sink.flush();
    await sink[Symbol.asyncDispose]();
    expect(receiver.received).toHaveLength(1);
    expect(sink.lost.traces).toBe(1);
    expect(troubles.map(({ code }) => code)).toEqual(["TELEMETRY_REFUSED"]);
    expect(troubles[0]?.message).toContain(message);
  });

  it.each([answers(200, { "content-type": "application/json" }, "{{{"), answers(200), answers(202, {}, "\u0000\uffff".repeat(100_000))])(
    "takes no notice of what a receiver says that has taken something",
    async (answer) => {
      await using receiver = await fakeReceiver(answer);
      for (const protocol of ["http/json", "http/protobuf"] as const) {
        const { sink, troubles } = tracing(receiver.url, { protocol });
        sink.span(span(1));
        await sink.flush();
        await sink[Symbol.asyncDispose]();
        expect({ lost: sink.lost.traces, troubles }).toEqual({ lost: 0, troubles: [] });
      }
    },
  );

  it("says of a server that speaks no HTTP what it may be", async () => {
    const server = createServer((socket) => void socket.on("error", () => {}).end("\u0000\u0000\u0006\u0004"));
    await once(server.listen(0, "127.0.0.1"), "listening");
    const { sink, troubles } = tracing(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    sink.span(span(1));
    await sink.flush();
    await sink[Symbol.asyncDispose]();
    server.close();
    expect(troubles).toMatchObject([{ code: "TELEMETRY_UNREACHABLE", message: expect.stringContaining("a port for gRPC (mostly 4317)") as string }]);
    expect(sink.lost.traces).toBe(1);
  });

  it("goes on when who is told of a trouble throws, and after it was released", async () => {
    const sink = otlpSink({
      origin: ORIGIN,
      ...endpoints(await nobody()),
      onTrouble() {
        throw new Error("not mine");
      },
    });
    sink.span(span(1));
    sink.log({ attributes: {}, observedTime: 1 });
    await sink.flush();
    await sink[Symbol.asyncDispose]();
    sink.span(span(2));
    await sink.flush();
    await sink[Symbol.asyncDispose]();
    expect(sink.lost).toEqual({ traces: 2, logs: 1 });
  });

  it.each<[string, object, string]>([
    ["a URL", { url: "localhost:4318" }, '"localhost:4318" is no URL that begins with http:// or https://'],
    ["a header", { headers: { "a b": "1" } }, 'Header name must be a valid HTTP token ["a b"]'],
    ["a value of a header", { headers: { key: "se\ncret" } }, 'Invalid character in header content ["key"]'],
    ["a time", { timeoutMs: 0 }, "timeoutMs is 0: give a positive number of milliseconds"],
    ["a queue", { batching: { queueSize: 0 } }, "queueSize is 0: give a whole number from 1"],
    ["a sampler", { sampling: { sampler: "sometimes" } }, 'there is no sampler "sometimes": there are always_on'],
    ["a ratio", { sampling: { sampler: "traceidratio", ratio: 50 } }, "the ratio of traces is 50: give a number from 0 to 1"],
  ])("refuses %s that is none", (_what, traces, message) => {
    expect(() => tracing("http://localhost:4318", traces)).toThrow(
      expect.objectContaining({ name: "TypeError", message: expect.stringContaining(message) as string }),
    );
  });
});

function aborting(): { readonly signal: AbortSignal; readonly abort: () => void } {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort() };
}
