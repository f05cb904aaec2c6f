import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { PushReport } from "@dad/protocol";
import { recordingObservability } from "@dad/observability";
import { jsonlSink } from "@dad/observability/jsonl";
import { describe, expect, it } from "vitest";
import { type TestProject, testProject } from "./project.ts";
import { HAPPENS, writeRun } from "./written-runs.ts";

interface Receiver extends AsyncDisposable {
  readonly url: string;
  /** Somebody asked. */
  readonly asked: Promise<void>;
  readonly requests: { readonly path: string; readonly headers: IncomingHttpHeaders; readonly body: unknown }[];
}

/** Takes everything; under `/refusing`, nothing; under `/silent`, it does not answer. */
async function receiver(): Promise<Receiver> {
  const requests: Receiver["requests"] = [];
  const { promise: asked, resolve } = Promise.withResolvers<void>();
  const server = createServer((request, response) => {
    void json(request).then((body) => {
      requests.push({ path: request.url ?? "", headers: request.headers, body });
      resolve();
      if (request.url?.startsWith("/silent")) return undefined;
      if (request.url?.startsWith("/refusing")) return response.writeHead(401).end(`no such key ${request.headers.authorization}`);
      return response.writeHead(200, { "content-type": "application/json" }).end("{}");
    });
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    asked,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** A run with two spans that have ended and one that has not, and a log record. */
async function written(project: TestProject): Promise<void> {
  await using run = await writeRun(project, "r");
  await run.record(HAPPENS.begun);
  const origin = { resource: { "service.name": "tested" }, scope: { name: "dad" } };
  await using telemetry = recordingObservability([jsonlSink({ directory: project.path("runs", "r", ".trace"), origin })]);
  telemetry.tracer.startSpan("invoke_workflow asker").end();
  telemetry.tracer.startSpan("command asker.ask").end();
  telemetry.tracer.startSpan("chat m");
  telemetry.logger.emit({ body: "hello" });
  await new Promise(setImmediate);
}

describe("dad trace push", () => {
  it("sends what a run told of itself, and says what arrived and what has not ended", async () => {
    await using project = await testProject();
    await using to = await receiver();
    await written(project);
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:1", OTEL_EXPORTER_OTLP_HEADERS: "x-of=environment" };
    const [text, report] = [
      await project.startWith({ env }, "trace", "push", "r", "--otlp", `${to.url}/in/`, "--header", "x-tenant=a b").ended,
      await project.dad("trace", "push", "r", "--otlp", to.url, "--signal", "logs,traces", "--json"),
    ];
    expect(text).toEqual({
      code: 0,
      stderr: "",
      stdout: [
        "sent of run r",
        `        2 spans to ${to.url}/in/v1/traces`,
        `        0 states of instruments to ${to.url}/in/v1/metrics`,
        `        1 log record to ${to.url}/in/v1/logs`,
        "  not sent, because they have not ended: the span chat m",
        "",
      ].join("\n"),
    });
    expect(to.requests.map(({ path }) => path)).toEqual(["/in/v1/traces", "/in/v1/logs", "/v1/traces", "/v1/logs"]);
    expect(to.requests[0]?.headers).toMatchObject({ "x-tenant": "a b" });
    expect(to.requests[0]?.headers).not.toHaveProperty("x-of");
    expect(PushReport.parse(JSON.parse(report.stdout))).toMatchObject({
      format: "dad.push/1",
      runId: "r",
      signals: [
        { signal: "traces", sent: 2 },
        { signal: "logs", sent: 1 },
      ],
      unfinished: [{ name: "chat m" }],
    });
  });

  it("goes by the variables of OpenTelemetry when it is not told where to", async () => {
    await using project = await testProject();
    await using to = await receiver();
    await written(project);
    const env = {
      OTEL_EXPORTER_OTLP_ENDPOINT: to.url,
      OTEL_EXPORTER_OTLP_HEADERS: "x-of=environment,broken",
      OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: `${to.url}/l`,
    };
    const { code, stderr } = await project.startWith({ env }, "trace", "push", "r").ended;
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: "warning: part of OTEL_EXPORTER_OTLP_HEADERS is ignored: its member 2 has no =\n",
    });
    expect(to.requests.map(({ path, headers }) => [path, headers["x-of"]])).toEqual([
      ["/v1/traces", "environment"],
      ["/l", "environment"],
    ]);
  });

  it("goes to the collector of the config, with the headers that are written there", async () => {
    await using project = await testProject();
    await using to = await receiver();
    await written(project);
    const headers = { authorization: { secret: "env:PUSH_KEY" } };
    const observability = { endpoint: `${to.url}/of/config`, headers, logs: { endpoint: `${to.url}/own` }, metrics: false };
    await project.write("dad.config.mjs", `export default ${JSON.stringify({ observability })};`);
    const env = { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://127.0.0.1:1", PUSH_KEY: "open-sesame" };
    expect((await project.startWith({ env }, "trace", "push", "r").ended).stderr).toBe("");
    expect(to.requests.map(({ path, headers }) => [path, headers.authorization])).toEqual([
      ["/of/config/v1/traces", "open-sesame"],
      ["/own", "open-sesame"],
    ]);
    const { code, stderr } = await project.dad("trace", "push", "r");
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining("the variable PUSH_KEY is not set") });
  });

  it("sends no signal to where only another one is to go", async () => {
    await using project = await testProject();
    await using to = await receiver();
    await written(project);
    const env = { OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: `${to.url}/l` };
    expect((await project.startWith({ env }, "trace", "push", "r").ended).code).toBe(0);
    expect(to.requests.map(({ path }) => path)).toEqual(["/l"]);
  });

  it("fails with the answer of a receiver that refuses, without the key", async () => {
    await using project = await testProject();
    await using to = await receiver();
    await written(project);
    const { code, stderr } = await project.dad("trace", "push", "r", "--otlp", `${to.url}/refusing`, "--header", "authorization=Bearer open-sesame");
    expect(code).toBe(1);
    expect(stderr).toContain(
      `TELEMETRY_REFUSED: trace.jsonl, lines 1 to 2: some traces are not sent to ${to.url}/refusing/v1/traces: it answered 401 Unauthorized: no such key [header]`,
    );
    expect(stderr).not.toContain("sesame");
  });

  it("stops at Ctrl-C, also when nobody answers", async () => {
    await using project = await testProject();
    await using to = await receiver();
    await written(project);
    const { child, ended } = project.start("trace", "push", "r", "--otlp", `${to.url}/silent`);
    await to.asked;
    child.kill("SIGINT");
    expect(await ended).toEqual({ code: 130, stdout: "", stderr: "stopped: not everything was sent\n" });
  });

  it.each<[string, readonly string[], string]>([
    [
      "nobody says where to",
      ["r"],
      "say where to: --otlp http://localhost:4318, observability.endpoint of dad.config, or OTEL_EXPORTER_OTLP_ENDPOINT",
    ],
    ["the URL is none", ["r", "--otlp", "localhost:4318"], "--otlp is no URL that begins with http:// or https://"],
    ["a header is none", ["r", "--otlp", "http://localhost", "--header", "open-sesame"], "--header is not name=value"],
    ["the run has kept nothing", ["empty", "--otlp", "http://localhost:1"], "TELEMETRY_MISSING"],
  ])("does nothing when %s", async (_what, args, message) => {
    await using project = await testProject();
    await using run = await writeRun(project, "empty");
    await run.record(HAPPENS.begun);
    const { code, stdout, stderr } = await project.dad("trace", "push", ...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(message);
    expect(stderr).not.toContain("sesame");
  });
});
