import { ROOT_CONTEXT, SeverityNumber, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { recordingObservability } from "@dad/observability";
import { describe, expect, it } from "vitest";
import { consoleSink } from "./console-sink.ts";

function told() {
  const lines: string[] = [];
  const sink = consoleSink({ write: (line) => void lines.push(line) });
  return { lines, sink, run: recordingObservability([sink], { traceId: "ab".repeat(16), metricsIntervalMs: 0 }) };
}

const START = Date.UTC(2026, 10, 22, 7, 34, 43, 500);

function after(ms: number): Date {
  return new Date(START + ms);
}

describe("consoleSink", () => {
  it("writes a line for each span, log record and instrument", async () => {
    const { run, lines } = told();
    const parent = run.tracer.startSpan("invoke_agent coder", { startTime: after(0) });
    const context = trace.setSpan(ROOT_CONTEXT, parent);
    const child = run.tracer.startSpan("chat m", { startTime: after(0), kind: SpanKind.CLIENT, attributes: { tokens: 3, list: ["a"] } }, context);
    child.setStatus({ code: SpanStatusCode.ERROR, message: "overloaded" }).end(after(1500));
    const body = { severityNumber: SeverityNumber.WARN, severityText: "WARN", eventName: "dad.node.retried", body: "again" };
    run.logger.emit({ ...body, timestamp: after(0), context, attributes: { attempt: 2 } });
    parent.end(after(12));
    run.meter.createCounter("calls", { unit: "{call}" }).add(2, { model: "m" });
    run.meter.createHistogram("times", { unit: "s" }).record(0.25);
    await run.flush();
    const [own, of] = [parent.spanContext().spanId, child.spanContext().spanId];
    expect(lines.map((line) => line.replaceAll(/^\d\d:\d\d:\d\d\.\d{3}/g, (time) => (time.startsWith("07:34:43") ? time : "<time>")))).toEqual([
      `07:34:43.500  span  client chat m  1.50 s ERROR overloaded  abababab/${of} in ${own}  tokens=3 list=["a"]\n`,
      `07:34:43.500  log   WARN  dad.node.retried  again  in ${own}  attempt=2\n`,
      `07:34:43.500  span  invoke_agent coder  12.0 ms  abababab/${own}\n`,
      "<time>  metric  calls  2 {call}  model=m\n",
      "<time>  metric  times  0.25 s in 1 values from 0.25 to 0.25\n",
    ]);
  });

  it("writes one line, which a terminal does not obey, whatever is in it", () => {
    const { run, lines } = told();
    run.logger.emit({ body: `a\nb\u001b[2J\u202e${"x".repeat(500)}` });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(`  a\\nb\\u001b[2J\\u202e${"x".repeat(100)}`);
    expect(lines[0]).toMatch(/x…\n$/);
  });

  it("goes on when nobody reads, and says nothing after its end", async () => {
    const { run, lines } = told();
    await run[Symbol.asyncDispose]();
    run.tracer.startSpan("after").end();
    expect(lines).toEqual([]);
    const broken = consoleSink({
      write() {
        throw new Error("EPIPE");
      },
    });
    expect(() => broken.log({ body: "x", attributes: {}, observedTime: 1 })).not.toThrow();
  });
});
