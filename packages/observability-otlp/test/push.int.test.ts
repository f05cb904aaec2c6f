import { appendFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { recordingObservability } from "@dad/observability";
import { jsonlSink } from "@dad/observability/jsonl";
import { pushTelemetry } from "@dad/observability-otlp";
import { describe, expect, it } from "vitest";
import { answers, endpoints, fakeReceiver, ORIGIN, TAKES } from "./fake-receiver.ts";

interface Kept extends AsyncDisposable {
  readonly directory: string;
}

/** The files of a run with so many spans. */
async function kept(spans: number): Promise<Kept> {
  const directory = await mkdtemp(join(tmpdir(), "dad-push-"));
  const run = recordingObservability([jsonlSink({ directory, origin: ORIGIN })]);
  for (let number = 1; number <= spans; number += 1) run.tracer.startSpan(`span ${number}`).end();
  await run[Symbol.asyncDispose]();
  return { directory, [Symbol.asyncDispose]: () => rm(directory, { recursive: true }) };
}

function traces(url: string, more: object = {}) {
  return { traces: endpoints(url, more).traces ?? { url } };
}

describe("pushTelemetry", () => {
  it("sends many spans in few requests, each with what they have in common said once", async () => {
    await using run = await kept(1200);
    await using receiver = await fakeReceiver(TAKES);
    const { signals } = await pushTelemetry({ directory: run.directory, endpoints: traces(receiver.url, { headers: { "x-tenant": "t" } }) });
    expect(signals).toEqual([{ signal: "traces", url: `${receiver.url}/v1/traces`, sent: 1200, requests: 3, rejected: 0, damaged: [], torn: false }]);
    expect(new Set(receiver.spanNames()).size).toBe(1200);
    expect(receiver.received.map(({ text }) => text.match(/service\.name/g)?.length)).toEqual([1, 1, 1]);
    expect(receiver.received[0]?.headers["x-tenant"]).toBe("t");
  });

  it("sends less when it is compressed", async () => {
    await using run = await kept(1);
    await using receiver = await fakeReceiver(TAKES);
    await pushTelemetry({ directory: run.directory, endpoints: traces(receiver.url, { compression: "gzip" }) });
    expect(receiver.spanNames()).toEqual(["span 1"]);
    expect(receiver.received[0]?.headers).toMatchObject({ "content-encoding": "gzip", "content-type": "application/json" });
  });

  it("sends again what is answered with 429 or 503", async () => {
    await using run = await kept(1);
    await using receiver = await fakeReceiver((response, request, index) =>
      ([answers(429, { "retry-after": "0" }), answers(503, { "retry-after": "0" })][index] ?? TAKES)(response, request, index),
    );
    const { signals } = await pushTelemetry({ directory: run.directory, endpoints: traces(receiver.url) });
    expect(signals[0]).toMatchObject({ sent: 1, requests: 1 });
    expect(receiver.received).toHaveLength(3);
  });

  it("does not wait for hours because a receiver says so", async () => {
    await using run = await kept(1);
    await using receiver = await fakeReceiver(answers(503, { "retry-after": "7200" }, "closed"));
    const pushing = pushTelemetry({ directory: run.directory, endpoints: traces(receiver.url) });
    await expect(pushing).rejects.toMatchObject({
      code: "TELEMETRY_UNREACHABLE",
      message: expect.stringContaining("503 Service Unavailable: closed") as string,
    });
  });

  it("fails at what is refused, with its lines, the answer, and what has arrived before", async () => {
    await using run = await kept(600);
    await using receiver = await fakeReceiver((response, request, index) =>
      (index === 0 ? TAKES : answers(400, {}, "no such span"))(response, request, index),
    );
    const pushing = pushTelemetry({ directory: run.directory, endpoints: traces(receiver.url) });
    await expect(pushing).rejects.toMatchObject({
      code: "TELEMETRY_REFUSED",
      message: expect.stringMatching(/^trace\.jsonl, lines 513 to 600: .*400 Bad Request: no such span.*The 512 before have arrived$/) as string,
      details: { file: "trace.jsonl", lines: [513, 600], status: 400, sent: 512 },
    });
  });

  it("fails at once when nobody listens", async () => {
    await using run = await kept(1);
    const receiver = await fakeReceiver(TAKES);
    await receiver[Symbol.asyncDispose]();
    const pushing = pushTelemetry({ directory: run.directory, endpoints: traces(receiver.url) });
    await expect(pushing).rejects.toMatchObject({ code: "TELEMETRY_UNREACHABLE", message: expect.stringContaining("ECONNREFUSED") as string });
  });

  it("says which lines it cannot read, and takes a last line that is not whole for what it is", async () => {
    await using run = await kept(1);
    const file = join(run.directory, "trace.jsonl");
    await appendFile(
      file,
      '{"resourceSpans":[{"resou\n[]\n{"resourceLogs":[]}\n\n{"resourceSpans":[{"scopeSpans":[{"spans":[{"name":"span last"}]}]}]}\n{"resourceSp',
    );
    await using receiver = await fakeReceiver(TAKES);
    const { signals } = await pushTelemetry({ directory: run.directory, endpoints: traces(receiver.url) });
    expect(signals).toMatchObject([{ sent: 2, damaged: [2, 3, 4, 5], torn: true }]);
    expect(receiver.spanNames()).toEqual(["span 1", "span last"]);
  });

  it("sends lines as others wrote them, with members that it does not know", async () => {
    await using run = await kept(0);
    const record = { name: "span x", traceId: "ab".repeat(16), spanId: "cd".repeat(8), new: [1], attributes: [{ key: "__proto__", value: {} }] };
    const line = {
      resourceSpans: [{ resource: { more: 1 }, scopeSpans: [{ scope: { name: "s" }, schemaUrl: "u", spans: [record] }], schemaUrl: "v" }],
    };
    await writeFile(join(run.directory, "trace.jsonl"), `${JSON.stringify(line)}\n`);
    await using receiver = await fakeReceiver(TAKES);
    await pushTelemetry({ directory: run.directory, endpoints: traces(receiver.url) });
    expect(receiver.received.map(({ text }) => JSON.parse(text) as unknown)).toEqual([line]);
  });

  it("has nothing to send from a directory without files", async () => {
    await using receiver = await fakeReceiver(TAKES);
    const { signals, unfinished } = await pushTelemetry({ directory: join(tmpdir(), "dad-there-is-none"), endpoints: traces(receiver.url) });
    expect({ signals, unfinished, received: receiver.received }).toMatchObject({ signals: [{ sent: 0, torn: false }], unfinished: [], received: [] });
  });

  it("stops when its signal is aborted", async () => {
    await using run = await kept(1);
    await using receiver = await fakeReceiver(() => {});
    const controller = new AbortController();
    const pushing = pushTelemetry({ directory: run.directory, endpoints: traces(receiver.url), signal: controller.signal });
    await receiver.came(1);
    controller.abort(new Error("enough"));
    await expect(pushing).rejects.toThrow("enough");
  });

  it("says what the receiver did not keep", async () => {
    await using run = await kept(2);
    await using receiver = await fakeReceiver(answers(200, {}, '{"partialSuccess":{"rejectedSpans":1,"errorMessage":"too old"}}'));
    const { signals } = await pushTelemetry({ directory: run.directory, endpoints: traces(receiver.url) });
    expect(signals).toMatchObject([{ sent: 2, rejected: 1, reason: "it does not keep 1 of them: too old" }]);
  });
});
