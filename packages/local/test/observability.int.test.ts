import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { agent, defineNode } from "@dad/agent";
import { type LocalObservability, type LocalStore, localStore, runAgent } from "@dad/local";
import type { KeptTelemetry, TelemetryOrigin, TelemetrySink } from "@dad/observability";
import { readTelemetry } from "@dad/observability/jsonl";
import { memoryObservability } from "@dad/observability/memory";
import { type DadError, RunId } from "@dad/protocol";
import { staticResourceRegistry } from "@dad/resources/static";
import { logs, metrics, trace } from "@opentelemetry/api";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";

let projectRoot: string;
beforeEach(async () => {
  projectRoot = await mkdtemp(join(tmpdir(), "dad observability "));
});
afterEach(() => rm(projectRoot, { recursive: true, force: true }));

/** Says its name, and does what else a test wants. */
const saying = (also: (traceDir: string) => Promise<unknown> = () => delay(1)) =>
  defineNode({
    type: "saying",
    version: "1",
    effect: "pure",
    settings: z.object({ word: z.string() }),
    output: z.object({}),
    async execute({ log, run }, { settings: { word } }) {
      log.info(`the word is ${word}`);
      await also(run.traceDir);
      return {};
    },
  });

const NODES = ["one", "two"];
function speaker(word: string, also?: (traceDir: string) => Promise<unknown>) {
  const say = saying(also);
  return agent("speaker").node("one", say({ word })).node("two", say({ word }));
}

interface Spoken {
  readonly runId?: string;
  readonly word?: string;
  readonly also?: (traceDir: string) => Promise<unknown>;
  readonly read?: false;
}

let store: LocalStore;
beforeEach(() => {
  store = localStore({ projectRoot, project: "speech", durability: "relaxed" });
});
afterEach(() => store[Symbol.asyncDispose]());

/** Runs an agent, and gives what it kept of itself and what was said of that. */
async function spoken(observability: false | LocalObservability | undefined, { runId = "r", word = "hello", also, read }: Spoken = {}) {
  const troubles: DadError[] = [];
  const told = observability === false || { onTrouble: (trouble: DadError) => void troubles.push(trouble), ...observability };
  const { run, error } = await runAgent(speaker(word, also), {
    store,
    runId,
    ports: {
      resources: staticResourceRegistry({ profiles: { default: {} } }).profile(),
      outcome: false,
      observability: observability === false ? false : told === true ? undefined : told,
    },
  });
  expect(error).toBeUndefined();
  const directory = join(run.runDir, ".trace");
  return { run, troubles, directory, kept: await readTelemetry(read === false ? projectRoot : directory) };
}

const traceOf = ({ executionId }: { readonly executionId: string }) => executionId.replaceAll("-", "");

/** That all is there of it: a tree with one root, and logs that belong to it. */
function checkTree({ spans, unfinished, logs: records, damaged }: KeptTelemetry, traceId: string): void {
  const ids = new Set(spans.map(({ spanId }) => spanId));
  const orphans = spans.filter(({ parentSpanId }) => parentSpanId !== undefined && !ids.has(parentSpanId));
  expect({ orphans, unfinished, damaged }).toEqual({ orphans: [], unfinished: [], damaged: 0 });
  expect(spans.filter(({ parentSpanId }) => parentSpanId === undefined).map(({ name }) => name)).toEqual(["invoke_workflow speaker"]);
  expect(new Set([...spans, ...records].map((each) => each.traceId))).toEqual(new Set([traceId]));
  expect(spans.map(({ name }) => name)).toEqual(expect.arrayContaining(NODES.map((id) => `saying ${id}`)));
}

/** A sink of a test, and all that it was told. */
function noted() {
  const told: Record<"spans" | "logs" | "metrics", string[]> = { spans: [], logs: [], metrics: [] };
  const origins: TelemetryOrigin[] = [];
  const exporter = (origin: TelemetryOrigin): TelemetrySink => {
    origins.push(origin);
    return {
      span: ({ name }) => void told.spans.push(name),
      log: ({ body }) => void told.logs.push(String(body)),
      metrics: (snapshot) => void told.metrics.push(...snapshot.map(({ name }) => name)),
      flush: async () => {},
      [Symbol.asyncDispose]: async () => {},
    };
  };
  return { told, origins, exporter };
}

describe("a run on this machine", () => {
  it("keeps its traces, metrics and logs, by itself", async () => {
    const { run, kept, directory, troubles } = await spoken(undefined);
    checkTree(kept, traceOf(run));
    expect(kept.logs.map(({ body }) => body)).toEqual(expect.arrayContaining(["the word is hello"]));
    expect(kept.metrics.map(({ name }) => name)).toContain("dad.node.duration");
    expect(troubles).toEqual([]);
    const [line = ""] = (await readFile(join(directory, "trace.jsonl"), "utf8")).split("\n");
    for (const [key, value] of [
      ["service.name", "speech"],
      ["service.instance.id", run.executionId],
      ["dad.run.id", "r"],
      ["dad.run.root_component", "speaker"],
      ["telemetry.sdk.language", "nodejs"],
    ])
      expect(line).toContain(JSON.stringify({ key, value: { stringValue: value } }));
  });

  it("keeps its own apart from fifty others at the same time, and leaves alone what the program has set up", async () => {
    const host = memoryObservability();
    trace.setGlobalTracerProvider({ getTracer: () => host.tracer });
    metrics.setGlobalMeterProvider({ getMeter: () => host.meter });
    logs.setGlobalLoggerProvider({ getLogger: () => host.logger });
    const said: unknown[] = [];
    const { log } = console;
    console.log = (...words) => void said.push(words);
    try {
      const words = Array.from({ length: 50 }, (_, at) => `word${at}`);
      const all = await Promise.all(words.map((word) => spoken(undefined, { runId: word, word, also: () => delay(Math.random() * 20) })));
      for (const [at, { run, kept }] of all.entries()) {
        checkTree(kept, traceOf(run));
        const heard = kept.logs.flatMap(({ body }) => (String(body).startsWith("the word") ? [body] : []));
        expect(heard).toEqual(NODES.map(() => `the word is word${at}`));
      }
      expect([host.spans, host.metrics, host.logs, said]).toEqual([[], [], [], []]);
    } finally {
      console.log = log;
      for (const api of [trace, metrics, logs]) api.disable();
    }
  });

  it("keeps nothing when it is not to", async () => {
    const { directory } = await spoken(false);
    expect(await readdir(directory)).toEqual(["dad_metadata.json"]);
    const off = await spoken({ traces: false, metrics: false, logs: { level: "error" } }, { runId: "off" });
    expect(await readdir(off.directory)).toEqual(["dad_metadata.json"]);
  });

  it("is a part of the trace that it was started in", async () => {
    const [traceId, spanId] = ["0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"];
    const { kept } = await spoken({ env: { TRACEPARENT: `00-${traceId}-${spanId}-01` } });
    expect(new Set([...kept.spans, ...kept.logs].map((each) => each.traceId))).toEqual(new Set([traceId]));
    expect(kept.spans.find(({ name }) => name === "invoke_workflow speaker")).toMatchObject({ parentSpanId: spanId, parentIsRemote: true });
  });

  it("goes on when it cannot write them, and says so once", async () => {
    const { troubles, run } = await spoken(undefined, {
      // Where the metrics are to be, at the end, there is something else.
      also: (traceDir) => mkdir(join(traceDir, "metrics.jsonl"), { recursive: true }),
      read: false,
    });
    expect([run.status, troubles.map(({ code }) => code)]).toEqual(["completed", ["TELEMETRY_NOT_WRITTEN"]]);
  });
});

describe("the settings of observability", () => {
  it("send each signal to what the program makes, for one run each", async () => {
    const [all, some] = [noted(), noted()];
    const { run } = await spoken({
      exporters: [all.exporter],
      metrics: { exporters: [] },
      logs: { exporters: [some.exporter, all.exporter], level: "warn" },
      serviceName: "own name",
      resource: { "deployment.environment.name": "test" },
    });
    expect(all.told.spans).toContain("invoke_workflow speaker");
    expect([all.told.metrics, all.told.logs, some.told]).toEqual([[], [], { spans: [], logs: [], metrics: [] }]);
    expect(all.origins).toHaveLength(1);
    expect(all.origins[0]?.resource).toMatchObject({
      "service.name": "own name",
      "deployment.environment.name": "test",
      "dad.run.id": run.runId,
    });
  });

  it("export a part of the runs, and keep all of each", async () => {
    const { told, exporter } = noted();
    const { run, kept } = await spoken({ exporters: [exporter], traces: { sample: 0 } });
    checkTree(kept, traceOf(run));
    expect(told.spans).toEqual([]);
    expect(told.logs).toContain("the word is hello");
  });

  it("come before the environment, but for what switches all exports off", async () => {
    const { told, exporter } = noted();
    const env = { OTEL_SERVICE_NAME: "of the environment", OTEL_TRACES_EXPORTER: "console", OTEL_RESOURCE_ATTRIBUTES: "team=a,dad.run.id=b" };
    const lines: string[] = [];
    const one = await spoken({ env, traces: { exporters: [exporter] }, serviceName: "written", write: (line) => void lines.push(line) });
    expect([told.spans.length > 0, lines]).toEqual([true, []]);
    const text = await readFile(join(one.directory, "trace.jsonl"), "utf8");
    expect(text).toContain('"stringValue":"written"');
    expect(text).toContain('{"key":"team","value":{"stringValue":"a"}}');
    expect(text).not.toContain('"stringValue":"b"');
    const before = told.spans.length;
    const two = await spoken({ env: { ...env, OTEL_SDK_DISABLED: "true" }, exporters: [exporter, "console"] }, { runId: "disabled" });
    checkTree(two.kept, traceOf(two.run));
    expect(told.spans).toHaveLength(before);
  });

  it("write to the console of the program", async () => {
    const lines: string[] = [];
    await spoken({ env: { OTEL_LOGS_EXPORTER: "console" }, write: (line) => void lines.push(line) });
    expect(lines.join("")).toMatch(/the word is hello/);
    expect(lines.join("")).not.toContain("invoke_workflow");
  });

  it("that are of no use are said once, and harm no run", async () => {
    const broken = () => {
      throw new Error("no sink today");
    };
    const { kept, troubles, run } = await spoken({ exporters: [broken], env: { OTEL_TRACES_SAMPLER: "sometimes" } });
    checkTree(kept, traceOf(run));
    expect(troubles.map(({ code }) => code)).toEqual(["TELEMETRY_SETTING_IGNORED", "TELEMETRY_EXPORTER_FAILED"]);
  });

  it("say that a parent is of no use, which is no parent", async () => {
    const { troubles, kept, run } = await spoken({ env: { TRACEPARENT: "of my own" } });
    checkTree(kept, traceOf(run));
    expect(troubles.map(({ message }) => message)).toEqual([expect.stringMatching(/^TRACEPARENT is ignored, and the run has a trace of its own: /)]);
  });

  it("with an exporter that throws harm no run, and say once why nothing arrives", async () => {
    let spans = 0;
    const broken = (): TelemetrySink => ({
      span: () => {
        throw new Error(`no span today: ${++spans}`);
      },
      log: () => {},
      flush: () => Promise.reject(new Error("no flush today")),
      [Symbol.asyncDispose]: () => Promise.reject(new Error("no end today")),
    });
    const { kept, troubles, run } = await spoken({ exporters: [broken] });
    checkTree(kept, traceOf(run));
    expect(spans).toBeGreaterThan(1);
    expect(troubles.map(({ message }) => message)).toEqual(["what the run tells is not sent: no span today: 1"]);
  });

  it("give the signals that the program has providers for to those, in the same trace", async () => {
    const host = memoryObservability();
    const scopes = new Set<string>();
    const { kept, directory } = await spoken({ providers: { tracerProvider: { getTracer: (name) => (scopes.add(name), host.tracer) } } });
    expect([...scopes]).toEqual(["dad"]);
    expect(host.spans.map(({ name }) => name)).toContain("invoke_workflow speaker");
    expect(await readdir(directory)).not.toContain("trace.jsonl");
    const ids = new Set(host.spans.map(({ traceId }) => traceId));
    expect(kept.logs.length).toBeGreaterThan(0);
    for (const { traceId } of kept.logs) expect(ids).toContain(traceId);
  });
});

describe("a collector", () => {
  const SECRET = "Basic cHVibGljOnNlY3JldC1zZWNyZXQ=";

  async function collector() {
    const requests: { readonly path: string | undefined; readonly authorization: string | undefined }[] = [];
    const server = createServer((request, response) => {
      requests.push({ path: request.url, authorization: request.headers.authorization });
      request.resume().on("end", () => response.end());
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return { url, requests, [Symbol.asyncDispose]: async () => void (server.close(), server.closeAllConnections(), await once(server, "close")) };
  }

  it("is sent all signals before the run is over, with a secret that is in nothing else", async () => {
    await using there = await collector();
    const { directory, troubles, run } = await spoken(
      { endpoint: `${there.url}/otlp`, headers: { authorization: { secret: "env:AUTH" } }, env: { AUTH: SECRET } },
      { word: `the key ${SECRET}` },
    );
    expect(troubles).toEqual([]);
    expect(new Set(there.requests.map(({ path }) => path))).toEqual(new Set(["/otlp/v1/traces", "/otlp/v1/metrics", "/otlp/v1/logs"]));
    expect(new Set(there.requests.map(({ authorization }) => authorization))).toEqual(new Set([SECRET]));
    expect(RunId.parse(run.runId)).toBe("r");
    for (const file of await readdir(directory)) expect(await readFile(join(directory, file), "utf8")).not.toContain(SECRET.slice(6));
  });

  it("that cannot be reached, or whose secret is not there, is said once, and harms no run", async () => {
    const away = await spoken({ endpoint: "http://127.0.0.1:9" });
    expect(away.troubles.map(({ code }) => code)).toEqual(["TELEMETRY_UNREACHABLE"]);
    checkTree(away.kept, traceOf(away.run));
    const { troubles } = await spoken({ endpoint: "http://127.0.0.1:9", headers: { authorization: { secret: "env:AUTH" } } }, { runId: "keyless" });
    expect(troubles).toMatchObject([
      { code: "SECRET_UNAVAILABLE", message: expect.stringMatching(/^what the run tells is not sent: the secret env:AUTH/) as unknown },
    ]);
  });
});
