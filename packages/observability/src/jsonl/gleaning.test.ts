import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT_CONTEXT, trace } from "@opentelemetry/api";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { jsonlObservability } from "../jsonl.ts";
import { type TelemetryFile, telemetryFold } from "./fold.ts";
import { gleaning } from "./gleaning.ts";

const FILES: readonly TelemetryFile[] = ["logs.jsonl", "trace.jsonl", "metrics.jsonl"];

let directory: string;
beforeEach(() => void (directory = mkdtempSync(join(tmpdir(), "dad-gleaning-"))));
afterEach(() => rmSync(directory, { recursive: true }));

/** What is told of a span, by somebody who would like to be taken for the form of the file. */
const told = fc.oneof(
  fc.string(),
  fc.constantFrom('"spans":[{"traceId":"', '"eventName":"dad.span.started"', '"endTimeUnixNano":"9999999999999999999"', '\\"traceId\\":\\"'),
);

describe("gleaning", () => {
  it("comes to the same as reading all of each line", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.record({ name: told, ends: fc.boolean(), linked: fc.boolean() }), { maxLength: 8 }), async (spans) => {
        const into = mkdtempSync(join(directory, "run-"));
        const { tracer, logger, meter, flush } = jsonlObservability({ directory: into, origin: { resource: {}, scope: { name: "test" } } });
        let before = tracer.startSpan("first");
        for (const { name, ends, linked } of spans) {
          const links = linked ? [{ context: before.spanContext(), attributes: { name } }] : [];
          const span = tracer.startSpan(name, { attributes: { name }, links }, trace.setSpan(ROOT_CONTEXT, before));
          logger.emit({ body: name, eventName: name, attributes: { name }, context: trace.setSpan(ROOT_CONTEXT, span) });
          meter.createCounter("spans").add(1, { name });
          if (ends) span.end();
          before = span;
        }
        await flush();
        const [gleaned, fold] = [gleaning(), telemetryFold()];
        for (const file of FILES) {
          const lines = readFileSync(join(into, file), { encoding: "utf8", flag: "a+" }).split("\n");
          for (const line of lines) {
            gleaned.line(file, line);
            fold.line(file, line);
          }
        }
        const { unfinished, spans: ended, logs } = fold.kept();
        expect(gleaned.unfinished()).toEqual(unfinished);
        const latest = Math.max(0, ...ended.map(({ endTime }) => endTime), ...logs.map(({ observedTime }) => observedTime));
        expect(gleaned.lastTime()).toBeGreaterThanOrEqual(latest);
        expect(gleaned.lastTime()).toBeLessThanOrEqual(performance.timeOrigin + performance.now());
      }),
      { numRuns: 50 },
    );
  });
});
