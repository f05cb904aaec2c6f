import { once } from "node:events";
import { mkdir, symlink } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { openFakeOpenAi } from "@dad/fake-providers";
import { type KeptTelemetry, ATTRIBUTES } from "@dad/observability";
import { readTelemetry } from "@dad/observability/jsonl";
import { LogsData, MetricsData, TracesData } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { GREETER, shellAgent } from "./agents.ts";
import { type TestProject, testProject } from "./project.ts";

const INSTALLED = resolve(import.meta.dirname, "../../../packages/resources-ai-sdk/node_modules/@ai-sdk");

/** A model, a command, and a node of the project. */
const ALL = `
import { agent, defineNode } from "@dad/agent";
import { askModel, runCommand } from "@dad/nodes";
import { z } from "zod";

const note = defineNode({
  type: "note",
  version: "1",
  effect: "pure",
  settings: z.object({}),
  output: z.object({}),
  execute({ log }) {
    log.warn("noted", { count: 3 });
    log.debug("not seen");
    return {};
  },
});
export const all = agent("all")
  .node("ask", askModel({ model: "writer", prompt: "One" }))
  .node("command", runCommand({ shell: 'echo "under $TRACEPARENT"' }))
  .node("note", note({}));
`;

/** Many nodes, each of which writes down what of it has ended: after that it must not be lost. */
const MANY = `
import { appendFileSync } from "node:fs";
import { agent, defineNode } from "@dad/agent";
import { z } from "zod";

const mark = defineNode({
  type: "mark",
  version: "1",
  effect: "pure",
  settings: z.object({ n: z.int() }),
  output: z.object({}),
  async execute({ observability, log }, { settings: { n } }) {
    const span = observability.tracer.startSpan("marked");
    await new Promise((go) => setTimeout(go, n % 3));
    span.end();
    appendFileSync("ended", span.spanContext().spanId + "\\n");
    log.info("mark " + n);
    appendFileSync("logged", "mark " + n + "\\n");
    return {};
  },
});
let many = agent("many");
for (let n = 0; n < 60; n++) many = many.node("n" + n, mark({ n }));
export { many };
`;

const KILLS = 4;
const traceDir = (project: TestProject, runId = "r") => project.path("runs", runId, ".trace");
const kept = (project: TestProject, runId?: string) => readTelemetry(traceDir(project, runId));

/** One root, and everything else below it. */
function checkTree({ spans, unfinished, damaged }: KeptTelemetry): void {
  const ids = new Set(spans.map(({ spanId }) => spanId));
  const orphans = spans.filter(({ parentSpanId, parentIsRemote }) => parentSpanId !== undefined && !parentIsRemote && !ids.has(parentSpanId));
  expect({ orphans, unfinished, damaged }).toEqual({ orphans: [], unfinished: [], damaged: 0 });
}

async function collector() {
  const paths: string[] = [];
  const server = createServer((request, response) => {
    paths.push(request.url ?? "");
    request.resume().on("end", () => response.end());
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    paths,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

describe("what a run tells of itself", () => {
  it("is one trace, in valid files, which commands and servers of models know", async () => {
    await using fake = await openFakeOpenAi({ replies: () => ({ text: "Yes.", usage: { input: 100, output: 10 } }) });
    const live = { providers: { openai: { apiKey: "env:FAKE_KEY", baseURL: fake.url } }, models: { writer: { model: "gpt-5" } } };
    await using project = await testProject({ "agent.ts": ALL, "resources.json": JSON.stringify({ default: live }) });
    await mkdir(project.path("node_modules", "@ai-sdk"), { recursive: true });
    await symlink(join(INSTALLED, "openai"), project.path("node_modules", "@ai-sdk", "openai"));
    const { code, stderr } = await project.startWith({ env: { FAKE_KEY: fake.apiKey } }, "run", "agent.ts", "--run-id", "r").ended;
    expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.not.stringContaining("telemetry") as unknown });

    const files = { "trace.jsonl": TracesData, "metrics.jsonl": MetricsData, "logs.jsonl": LogsData };
    for (const [file, form] of Object.entries(files)) {
      const text = await project.read("runs", "r", ".trace", file);
      for (const line of text.trimEnd().split("\n")) form.parse(JSON.parse(line));
      expect(text).not.toContain(fake.apiKey);
    }
    const all = await kept(project);
    checkTree(all);
    const traceId = (await project.manifest("r")).executionId.replaceAll("-", "");
    expect(new Set([...all.spans, ...all.logs].map((each) => each.traceId))).toEqual(new Set([traceId]));
    const named = (name: string) =>
      all.spans.find((span) => span.name === name)?.spanId ?? `no ${name} among ${all.spans.map((span) => span.name).join()}`;
    expect(fake.requests.map(({ headers }) => headers["traceparent"])).toEqual([`00-${traceId}-${named("chat gpt-5")}-01`]);
    expect(await project.artifact("r", "stdout")).toBe(`under 00-${traceId}-${named("execute_tool sh")}-01\n`);
    const noted = all.logs.filter(({ spanId }) => spanId === named("note note"));
    expect(noted.map(({ body, severityText }) => [body, severityText])).toContainEqual(["noted", "WARN"]);
    expect(noted.map(({ body }) => body)).not.toContain("not seen");
    expect(all.metrics.map(({ name }) => name)).toEqual(expect.arrayContaining(["gen_ai.client.operation.duration", "dad.node.duration"]));
    for (const command of [["fsck"], ["gc"], ["show", "r"]]) expect(await project.dad(...command)).toMatchObject({ code: 0, stderr: "" });
    expect(await kept(project)).toEqual(all);
  });

  it("joins the trace of whoever started it, and goes where the environment says; what cannot be reached is said once", async () => {
    await using project = await testProject({ "agent.ts": GREETER });
    const [traceId, spanId] = ["0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"];
    const env = { TRACEPARENT: `00-${traceId}-${spanId}-01`, OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9" };
    const { code, stderr } = await project.startWith({ env }, "run", "agent.ts", "--run-id", "r").ended;
    expect([code, stderr.match(/^telemetry: .*$/gm)]).toEqual([0, [expect.stringContaining("127.0.0.1:9")]]);
    const all = await kept(project);
    checkTree(all);
    expect(all.spans.filter(({ parentIsRemote }) => parentIsRemote)).toMatchObject([
      { name: "invoke_workflow greeter", traceId, parentSpanId: spanId },
    ]);
  });

  it("is sent before a run that is cancelled is over, and nobody else writes to it meanwhile", async () => {
    await using there = await collector();
    const config = `export default { observability: { endpoint: ${JSON.stringify(there.url)} } };`;
    await using project = await testProject({ "agent.ts": shellAgent("echo waiting; sleep 1000"), "dad.config.mjs": config });
    const running = project.start("run", "agent.ts", "--run-id", "r");
    await expect
      .poll(async () => project.read("runs", "r", ".trace", "logs.jsonl").catch(() => ""), { timeout: 20_000 })
      .toMatch(/(?=[^]*waiting)(?=[^]*command\.started)/);
    const before = await project.read("runs", "r", ".trace", "logs.jsonl");
    expect(await project.dad("resume", "r", "--assume-not-done")).toMatchObject({ code: 2, stderr: expect.stringContaining("RUN_LOCKED") });
    expect(await project.read("runs", "r", ".trace", "logs.jsonl")).toBe(before);
    running.child.kill("SIGINT");
    expect(await running.ended).toMatchObject({ code: 130, stderr: expect.not.stringContaining("telemetry") as unknown });
    expect(new Set(there.paths)).toEqual(new Set(["/v1/traces", "/v1/metrics", "/v1/logs"]));
    const all = await kept(project);
    checkTree(all);
    expect(all.spans.map(({ name }) => name)).toContain("invoke_workflow only");
  });

  it("is not there when the config says so, and a config that is wrong is not run", async () => {
    await using project = await testProject({ "agent.ts": GREETER, "dad.config.mjs": "export default { observability: false };" });
    expect(await project.dad("run", "agent.ts", "--run-id", "r")).toMatchObject({ code: 0 });
    expect(await kept(project)).toMatchObject({ spans: [], logs: [], metrics: [] });
    await project.write("dad.config.mjs", "export default { observability: { headers: { authorization: 'Bearer hunter2-hunter2' } } };");
    const { code, stderr } = await project.dad("run", "agent.ts");
    expect([code, stderr]).toEqual([2, expect.stringContaining("observability.headers.authorization: what has such a name is a secret")]);
    expect(stderr).not.toContain("hunter2");
  });

  it("loses nothing that had ended, at whatever moments the run is killed, and is whole in the end", async () => {
    await using project = await testProject({ "agent.ts": MANY });
    let seed = 20_261_126;
    const random = (): number => (seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31;
    for (let kills = 0; kills < KILLS; kills++) {
      const how = kills === 0 ? ["run", "agent.ts", "--run-id", "r", "--no-outcome"] : ["resume", "r"];
      const running = project.start(...how);
      await running.saying("node many.n");
      await delay(random() * 60);
      running.child.kill("SIGKILL");
      await running.ended;
      await checkNothingIsLost(project);
    }
    expect(await project.dad("resume", "r")).toMatchObject({ code: 0 });
    await checkNothingIsLost(project);
    const all = await kept(project);
    checkTree(all);
    const roots = all.spans.filter(({ name }) => name === "invoke_workflow many");
    expect(roots).toHaveLength(KILLS + 1);
    const recovered = roots.filter(({ attributes }) => attributes[ATTRIBUTES.dad.recovered] === true);
    expect(recovered).toHaveLength(KILLS);
    expect(roots.flatMap(({ links }) => links.map(({ attributes }) => attributes[ATTRIBUTES.dad.linkType]))).toEqual(
      Array(KILLS).fill("continued_from"),
    );
  });
});

async function checkNothingIsLost(project: TestProject): Promise<void> {
  const { spans, logs, damaged } = await kept(project);
  const marked = new Set(
    spans.flatMap(({ name, spanId, attributes }) => (name === "marked" && !attributes[ATTRIBUTES.dad.recovered] ? [spanId] : [])),
  );
  const said = new Set(logs.map(({ body }) => body));
  const ended = (await project.read("ended")).trimEnd().split("\n");
  const logged = (await project.read("logged")).trimEnd().split("\n");
  expect({ spans: ended.filter((id) => !marked.has(id)), logs: logged.filter((line) => !said.has(line)), damaged }).toEqual({
    spans: [],
    logs: [],
    damaged: 0,
  });
}
