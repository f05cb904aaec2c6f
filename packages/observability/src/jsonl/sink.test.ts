import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT_CONTEXT, SpanStatusCode, trace } from "@opentelemetry/api";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { recordingObservability } from "../recording.ts";
import type { TelemetryFileError } from "./errors.ts";
import { readTelemetry } from "./read.ts";
import { jsonlSink } from "./sink.ts";

let directory: string;
beforeEach(() => {
  directory = join(mkdtempSync(join(tmpdir(), "dad-sink-")), "run", ".trace");
});
afterEach(() => rmSync(join(directory, "../.."), { recursive: true, force: true }));

function telling() {
  const troubles: TelemetryFileError[] = [];
  const sink = jsonlSink({ directory, origin: { resource: {}, scope: { name: "test" } }, onTrouble: (error) => void troubles.push(error) });
  return { ...recordingObservability([sink]), sink, troubles };
}

const linesOf = (file: string) => (existsSync(join(directory, file)) ? readFileSync(join(directory, file), "utf8").split("\n").slice(0, -1) : []);
const below = (span: Parameters<typeof trace.setSpan>[1]) => trace.setSpan(ROOT_CONTEXT, span);

describe("jsonlSink", () => {
  it("has what was told in the files when the call returns, for nobody else to read", () => {
    const { tracer, logger } = telling();
    expect(existsSync(directory)).toBe(false);
    tracer.startSpan("span").end();
    logger.emit({ body: "log" });
    expect([linesOf("trace.jsonl").length, linesOf("logs.jsonl").length]).toEqual([1, 1]);
    expect(statSync(join(directory, "trace.jsonl")).mode & 0o777).toBe(0o600);
    expect(statSync(directory).mode & 0o777).toBe(0o700);
  });

  it("says that a span has started when it is still open after a burst, and once", async () => {
    const { tracer } = telling();
    const open = [tracer.startSpan("a"), tracer.startSpan("b")];
    tracer.startSpan("short").end();
    expect(linesOf("logs.jsonl")).toEqual([]);
    await new Promise(setImmediate);
    expect(linesOf("logs.jsonl")).toHaveLength(2);
    tracer.startSpan("also short").end();
    await new Promise(setImmediate);
    for (const span of open) span.end();
    await new Promise(setImmediate);
    open.push(tracer.startSpan("c"));
    await new Promise(setImmediate);
    expect(linesOf("logs.jsonl")).toHaveLength(3);
    expect((await readTelemetry(directory)).unfinished.map(({ name }) => name)).toEqual(["c"]);
  });

  it("says that a span has started before anything is written that names it", async () => {
    const { tracer, logger } = telling();
    const root = tracer.startSpan("root");
    const parent = tracer.startSpan("parent", {}, below(root));
    tracer.startSpan("child", {}, below(parent)).end();
    // Without giving control back, as a process that dies here.
    expect(linesOf("logs.jsonl")).toHaveLength(2);
    logger.emit({ body: "log", context: below(tracer.startSpan("another")) });
    expect(linesOf("logs.jsonl")).toHaveLength(4);
    expect((await readTelemetry(directory)).unfinished.map(({ name }) => name)).toEqual(["root", "parent", "another"]);
  });

  it("ends what an earlier process left open, and mends the line that it tore", async () => {
    const left = telling();
    const root = left.tracer.startSpan("root", {
      attributes: { a: 1 },
      links: [{ context: { traceId: "a".repeat(32), spanId: "b".repeat(16), traceFlags: 1 } }],
    });
    left.tracer.startSpan("done", {}, below(root)).end(new Date(Date.now() + 5_000));
    appendFileSync(join(directory, "trace.jsonl"), Buffer.from('{"resourceSpans":[{"reso\u{1f600}').subarray(0, -2));
    truncateSync(join(directory, "logs.jsonl"), statSync(join(directory, "logs.jsonl")).size - 1);
    const { spans: before } = await readTelemetry(directory);
    const { tracer } = telling();
    tracer.startSpan("resumed").end();
    const { spans, unfinished, damaged } = await readTelemetry(directory);
    expect({ names: spans.map(({ name }) => name), unfinished, damaged }).toEqual({ names: ["done", "root", "resumed"], unfinished: [], damaged: 0 });
    expect(spans[1]).toMatchObject({
      spanId: root.spanContext().spanId,
      attributes: { a: 1, "dad.recovered": true },
      links: [{ context: { spanId: "b".repeat(16) } }],
      endTime: before[0]?.endTime,
      status: { code: SpanStatusCode.ERROR },
    });
    for (const file of ["trace.jsonl", "logs.jsonl"]) for (const line of linesOf(file)) expect(() => void JSON.parse(line)).not.toThrow();
  });

  it("takes the end of a span that was given up, when its process tells it after all", async () => {
    const left = telling();
    const late = left.tracer.startSpan("late");
    await left.flush();
    telling().tracer.startSpan("other").end();
    late.setAttribute("done", true).end();
    const { spans } = await readTelemetry(directory);
    expect(spans.filter(({ name }) => name === "late")).toMatchObject([{ attributes: { done: true } }]);
  });

  it("says once that it cannot write, counts what is lost, and fails nothing", async () => {
    mkdirSync(join(directory, ".."), { recursive: true });
    writeFileSync(directory, "a file");
    const { tracer, logger, sink, troubles, flush, ...observability } = telling();
    const parent = tracer.startSpan("parent");
    tracer.startSpan("child", {}, below(parent)).end();
    logger.emit({ body: "log" });
    await flush();
    await observability[Symbol.asyncDispose]();
    expect(sink.lost).toBe(3);
    expect(troubles).toMatchObject([{ code: "TELEMETRY_NOT_WRITTEN", details: { file: expect.stringContaining(".trace") } }]);
  });

  it("does not write through a link", () => {
    const elsewhere = join(directory, "../../elsewhere");
    mkdirSync(directory, { recursive: true });
    symlinkSync(elsewhere, join(directory, "trace.jsonl"));
    const { tracer, troubles } = telling();
    tracer.startSpan("span").end();
    expect(existsSync(elsewhere)).toBe(false);
    expect(troubles).toHaveLength(1);
  });
});
