import { join } from "node:path";
import { flow, type NodeDefinition } from "@dad/agent";
import { memoryArtifactStore } from "@dad/artifacts/memory";
import { inlineEngine } from "@dad/engine/inline";
import { memoryEventBus } from "@dad/events/memory";
import { FAKE_API_KEY, type FakeProvider, openFakeOpenAi } from "@dad/fake-providers";
import { processIsolation } from "@dad/isolation/process";
import { memoryJournalStore } from "@dad/journal/memory";
import { askModel, type ModelAnswer } from "@dad/nodes";
import type { RecordedSpan } from "@dad/observability";
import { memoryObservability } from "@dad/observability/memory";
import { RunId } from "@dad/protocol";
import { staticResourceRegistry } from "@dad/resources/static";
import { aiSdkModels } from "@dad/resources-ai-sdk";
import { mcpTools } from "@dad/resources-mcp";
import { withRun } from "@dad/run-context";
import { flowRunner } from "@dad/runner";
import { envSecrets, redactor } from "@dad/secrets";
import { expect, it } from "vitest";

/** A run of one node that asks a model of a provider, whose server this is. */
async function runOf(node: NodeDefinition<ModelAnswer>, { url }: FakeProvider) {
  const observability = memoryObservability();
  const hidden = redactor([]);
  const server = join(import.meta.dirname, "../../resources-mcp/test/servers/stdio.ts");
  const resources = staticResourceRegistry({
    profiles: {
      default: {
        providers: { openai: { apiKey: "env:KEY", baseURL: url } },
        models: { writer: { model: "gpt-5-mini" } },
        tools: { proper: { command: [process.execPath, server] } },
      },
    },
    makers: {
      model: aiSdkModels({ from: join(import.meta.dirname, "../../resources-ai-sdk") }),
      tools: mcpTools({ hostEnv: { PATH: process.env["PATH"] } }),
    },
    secrets: [envSecrets({ KEY: FAKE_API_KEY })],
  })
    .profile()
    .forRun({ onSecret: (secret) => hidden.add(secret) });
  const ports = {
    journals: memoryJournalStore(),
    artifacts: memoryArtifactStore(),
    events: memoryEventBus(),
    isolation: processIsolation(),
    observability,
    resources,
    redactor: hidden,
  };
  const { result } = await withRun({ rootComponentId: "main", runId: RunId.parse("run"), ports }, async (run) => {
    await using execution = await run.isolate();
    return await execution.run(flowRunner(flow("main").node("say", node), { engine: inlineEngine() }));
  });
  return { said: result.say.text, ...observability };
}

const traceparentOf = ({ traceId, spanId }: RecordedSpan): string => `00-${traceId}-${spanId}-01`;

it("tells the provider of a model in which trace it is asked, also when it is asked again, and each failure in the logs", async () => {
  await using fake = await openFakeOpenAi({ replies: [{ status: 429, retryAfter: { ms: 1 } }, { text: `It is ${FAKE_API_KEY}.` }] });
  const { said, spans, logs } = await runOf(askModel({ model: "writer", prompt: "What is the key?" }), fake);
  expect(said).toBe("It is [secret env:KEY].");
  const [call, ...others] = spans.filter(({ name }) => name === "chat gpt-5-mini");
  expect(others).toEqual([]);
  expect(fake.requests.map(({ headers }) => headers["traceparent"])).toEqual(Array(2).fill(call && traceparentOf(call)));
  expect(call?.attributes).toMatchObject({ "gen_ai.provider.name": "openai", "server.address": "127.0.0.1", "gen_ai.request.stream": true });
  expect(call?.attributes["gen_ai.response.id"]).toBeTypeOf("string");
  expect(call?.attributes["gen_ai.response.time_to_first_chunk"]).toBeTypeOf("number");
  expect(logs.filter(({ eventName }) => eventName === "gen_ai.client.operation.exception")).toMatchObject([
    { severityText: "WARN", spanId: call?.spanId, attributes: { "exception.type": "MODEL_RATE_LIMITED", "gen_ai.request.model": "gpt-5-mini" } },
  ]);
});

it("tells a server of tools in which trace it is started and called", async () => {
  const calls = [
    { callId: "1", tool: "environment", input: { name: "TRACEPARENT" } },
    { callId: "2", tool: "meta", input: {} },
  ];
  await using fake = await openFakeOpenAi({ replies: [{ text: "I look.", calls }, { text: "Done." }] });
  const { spans } = await runOf(askModel({ model: "writer", prompt: "Look.", toolsFrom: ["proper"] }), fake);
  const named = (name: string) => spans.find((span) => span.name === name) as RecordedSpan;
  const node = spans.find(({ attributes }) => attributes["dad.node.attempt"] === 1 && attributes["dad.node.type"] === "ai_model");
  const names = ["tools/list proper", "chat gpt-5-mini", "execute_tool environment", "execute_tool meta"];
  expect(names.map((name) => named(name).parentSpanId)).toEqual(names.map(() => node?.spanId));
  // The server is started to be asked for its tools.
  const asked = JSON.stringify(fake.requests[1]?.body);
  expect(asked).toContain(traceparentOf(named("tools/list proper")));
  expect(asked).toContain(traceparentOf(named("execute_tool meta")));
  expect(named("execute_tool meta").attributes).toMatchObject({ "mcp.method.name": "tools/call", "network.transport": "pipe" });
  expect(named("execute_tool meta").attributes["jsonrpc.request.id"]).toBeTypeOf("string");
});
