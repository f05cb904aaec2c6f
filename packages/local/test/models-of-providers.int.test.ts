import { join } from "node:path";
import { flow } from "@dad/agent";
import { memoryArtifactStore } from "@dad/artifacts/memory";
import { inlineEngine } from "@dad/engine/inline";
import { memoryEventBus } from "@dad/events/memory";
import { FAKE_API_KEY, openFakeOpenAi } from "@dad/fake-providers";
import { processIsolation } from "@dad/isolation/process";
import { memoryJournalStore } from "@dad/journal/memory";
import { askModel } from "@dad/nodes";
import { memoryObservability } from "@dad/observability/memory";
import { RunId } from "@dad/protocol";
import { staticResourceRegistry } from "@dad/resources/static";
import { aiSdkModels } from "@dad/resources-ai-sdk";
import { withRun } from "@dad/run-context";
import { flowRunner } from "@dad/runner";
import { envSecrets, redactor } from "@dad/secrets";
import { expect, it } from "vitest";

it("tells the provider of a model in which trace it is asked, also when it is asked again", async () => {
  await using fake = await openFakeOpenAi({ replies: [{ status: 429, retryAfter: { ms: 1 } }, { text: `It is ${FAKE_API_KEY}.` }] });
  const observability = memoryObservability();
  const hidden = redactor([]);
  const resources = staticResourceRegistry({
    profiles: {
      default: { providers: { openai: { apiKey: "env:KEY", baseURL: fake.url } }, models: { writer: { model: "gpt-5-mini" } } },
    },
    makers: { model: aiSdkModels({ from: join(import.meta.dirname, "../../resources-ai-sdk") }) },
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
  const definition = flow("main").node("say", askModel({ model: "writer", prompt: "What is the key?" }));
  const { result } = await withRun({ rootComponentId: "main", runId: RunId.parse("run"), ports }, async (run) => {
    await using execution = await run.isolate();
    return await execution.run(flowRunner(definition, { engine: inlineEngine() }));
  });
  expect(result.say.text).toBe("It is [secret env:KEY].");
  const call = observability.spans.find(({ name }) => name === "chat gpt-5-mini");
  expect(fake.requests.map(({ headers }) => headers["traceparent"])).toEqual(Array(2).fill(`00-${call?.traceId}-${call?.spanId}-01`));
});
