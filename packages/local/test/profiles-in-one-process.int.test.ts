import { setTimeout as delay } from "node:timers/promises";
import { type Component, defineNode, flow } from "@dad/agent";
import { memoryArtifactStore } from "@dad/artifacts/memory";
import { inlineEngine } from "@dad/engine/inline";
import { memoryEventBus } from "@dad/events/memory";
import { processIsolation } from "@dad/isolation/process";
import { memoryJournalStore } from "@dad/journal/memory";
import { noopObservability } from "@dad/observability/noop";
import { RunId } from "@dad/protocol";
import { type MakeModel, overriding, type ProfileDefinition } from "@dad/resources";
import { scriptedModel } from "@dad/resources/scripted";
import { staticResourceRegistry } from "@dad/resources/static";
import { withRun } from "@dad/run-context";
import { flowRunner } from "@dad/runner";
import { envSecrets, redactor } from "@dad/secrets";
import { expect, it } from "vitest";
import { z } from "zod";

const RUNS = 50;
const NODES = 4;
const names = Array.from({ length: RUNS }, (_, index) => `p${String(index).padStart(2, "0")}`);
const keyOf = (name: string): string => `the-key-of-${name}`;

/** Replies with its provider and the key that it was given. */
const make: MakeModel = ({ provider, model, how }, { secret }) => ({
  provider,
  modelId: model,
  capabilities: { structuredOutput: false, recorded: false, streaming: false, tools: false, files: false },
  async generate() {
    await delay(1);
    const text = `${provider} ${await secret(how.apiKey ?? "").reveal()}`;
    return { text, finishReason: "stop", usage: { inputTokens: 1, outputTokens: 1, costUsd: 0 }, modelId: model };
  },
});

function profileOf(name: string): ProfileDefinition {
  return {
    extends: "base",
    note: name,
    providers: { [name]: { apiKey: `env:KEY_${name}`, limits: { concurrency: 1 } } },
    models: { writer: { provider: name, model: `model-of-${name}` } },
    endpoints: { own: `https://${name}.example/` },
    secrets: { own: `env:KEY_${name}` },
  };
}

it("keeps fifty runs with fifty profiles apart that go on at once in one process, also where one overrides what another has", async () => {
  const profiles = Object.fromEntries([
    ["base", { models: { writer: { model: "nobody's" } } }] as const,
    ...names.map((name) => [name, profileOf(name)] as const),
  ]);
  const secrets = [envSecrets(Object.fromEntries(names.map((name) => [`KEY_${name}`, keyOf(name)])))];
  const registry = staticResourceRegistry({ profiles, secrets, makers: { model: make } });
  const shared = {
    journals: memoryJournalStore(),
    artifacts: memoryArtifactStore(),
    events: memoryEventBus(),
    observability: noopObservability(),
    isolation: processIsolation(),
  };
  const seen = new Map<string, string[]>();

  const looking = defineNode({
    type: "looking",
    version: "1",
    effect: "pure",
    settings: z.object({ n: z.int() }),
    output: z.object({}),
    async execute({ resources, run: { runId } }, { settings: { n } }) {
      await delay((n * 7 + Number(runId.slice(1))) % 5);
      const { text } = await resources.get("model", "writer").generate({ messages: [{ role: "user", content: "?" }] });
      await new Promise((resolve) => process.nextTick(resolve));
      const own = [text, resources.note ?? "", resources.get("endpoint", "own").hostname, await resources.get("secret", "own").reveal()];
      seen.set(runId, [...(seen.get(runId) ?? []), ...own]);
      return {};
    },
  });
  let chain: Component<"flow"> = flow("many");
  for (let n = 0; n < NODES; n++) chain = chain.node(`n${n}`, looking({ n }));

  const known = await Promise.all(
    names.map(async (name, index) => {
      const hidden = redactor([]);
      const resources = registry.profile(name);
      const runId = RunId.parse(name);
      await withRun({ rootComponentId: "many", runId, ports: { ...shared, resources, redactor: hidden } }, async (run) => {
        const scripted = overriding(resources, { model: { writer: scriptedModel(Array.from({ length: NODES }, () => `script of ${name}`)) } });
        await using execution = await run.isolate(index % 2 === 0 ? {} : { resources: scripted });
        return await execution.run(flowRunner(chain, { engine: inlineEngine() }));
      });
      return hidden.secrets.map((secret) => secret.name);
    }),
  );

  const expected = names.map((name, index) => {
    const text = index % 2 === 0 ? `${name} ${keyOf(name)}` : `script of ${name}`;
    return [name, Array.from({ length: NODES }, () => [text, name, `${name}.example`, keyOf(name)]).flat()] as const;
  });
  expect(Object.fromEntries(seen)).toEqual(Object.fromEntries(expected));
  expect(known.map((own) => [...new Set(own)])).toEqual(names.map((name) => [`env:KEY_${name}`]));
});
