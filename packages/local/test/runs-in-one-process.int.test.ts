import { setTimeout as delay } from "node:timers/promises";
import { type Component, defineNode, flow } from "@dad/agent";
import { memoryArtifactStore } from "@dad/artifacts/memory";
import { inlineEngine } from "@dad/engine/inline";
import { memoryEventBus } from "@dad/events/memory";
import { processIsolation } from "@dad/isolation/process";
import { processScope } from "@dad/isolation/scope";
import { memoryJournalStore } from "@dad/journal/memory";
import { noopObservability } from "@dad/observability/noop";
import { digestOfJson, InputId, InputKey, RunId } from "@dad/protocol";
import { staticResourceRegistry } from "@dad/resources/static";
import { withRun } from "@dad/run-context";
import { flowRunner } from "@dad/runner";
import { expect, it } from "vitest";
import { z } from "zod";

const RUNS = 1000;
const NODES = 4;
/** A request for input is put to everybody on a bus. */
const BUSES = 50;

it("keeps a thousand runs apart that go on at once in one process, on shared buses, each checked twenty times", async () => {
  const scope = processScope();
  using _installed = scope.install();
  const buses = Array.from({ length: BUSES }, () => memoryEventBus());
  const busOf = (runId: string) => buses[Number(runId.slice(3)) % BUSES] ?? memoryEventBus();
  // What all of the runs share.
  const shared = {
    scope,
    journals: memoryJournalStore(),
    artifacts: memoryArtifactStore(),
    observability: noopObservability(),
    resources: staticResourceRegistry({ profiles: { default: {} } }).profile(),
    isolation: processIsolation(),
  };
  const before = { env: { ...process.env }, cwd: process.cwd() };
  let checks = 0;
  const wrong: string[] = [];
  const see = (where: string, runId: string, env: Readonly<Record<string, string>>): void => {
    checks += 1;
    const seen = [process.env.MARK, env.MARK, scope.current()?.runId, process.env.OWN];
    if (seen.some((mark) => mark !== runId)) wrong.push(`${where} of ${runId}: ${seen.join(", ")}`);
  };

  const looking = defineNode({
    type: "looking",
    version: "1",
    effect: "pure",
    settings: z.object({ n: z.int() }),
    output: z.object({}),
    async execute({ run: { runId }, env, path }, { settings: { n } }) {
      process.env.OWN = runId;
      see("the start", runId, env);
      const events = busOf(runId);
      using _asked = events.handleInput(() => {
        see("an input handler", runId, env);
        return undefined;
      });
      await delay(n);
      see("the time after a wait", runId, env);
      const question = {
        runId,
        path,
        id: InputId.parse(`${path}:key`),
        key: InputKey.parse("key"),
        prompt: "?",
        schema: {},
        question: digestOfJson("?"),
      };
      await events.ask("input", question, { accept: (answer) => answer });
      const aborted = new AbortController();
      aborted.signal.addEventListener("abort", () => see("an abort listener", runId, env));
      aborted.abort();
      await new Promise((resolve) => process.nextTick(resolve));
      see("the end", runId, env);
      return {};
    },
  });
  let chain: Component<"flow"> = flow("many");
  for (let n = 0; n < NODES; n++) chain = chain.node(`n${n}`, looking({ n }));

  await Promise.all(
    Array.from({ length: RUNS }, async (_, index) => {
      const runId = RunId.parse(`run${index}`);
      await withRun({ rootComponentId: "many", runId, ports: { ...shared, events: busOf(runId) } }, async (run) => {
        await using execution = await run.isolate({ env: { MARK: runId } });
        return await execution.run(flowRunner(chain, { engine: inlineEngine() }));
      });
    }),
  );
  expect(wrong).toEqual([]);
  expect(checks).toBeGreaterThanOrEqual(RUNS * NODES * 5);
  expect({ env: { ...process.env }, cwd: process.cwd() }).toEqual(before);
});
