// Begins a run, or goes on with one, and prints the path of each node as soon as its end was told: run|resume, the directory of the project, the id.
import { defineNode, flow } from "@dad/agent";
import { inlineEngine } from "@dad/engine/inline";
import { localPorts, localStore } from "@dad/local";
import { staticResourceRegistry } from "@dad/resources/static";
import { withResumedRun, withRun } from "@dad/run-context";
import { flowRunner } from "@dad/runner";
import { z } from "zod";

const [command = "", projectRoot = "", runId = ""] = process.argv.slice(2);

const ITEMS = 60;

/** Does something in a span of its own, and says so. */
const work = defineNode({
  type: "work",
  version: "1",
  effect: "pure",
  settings: z.object({ n: z.int() }),
  output: z.object({}),
  async execute({ observability, log }, { settings: { n } }) {
    const span = observability.tracer.startSpan("part");
    await new Promise((resolve) => setTimeout(resolve, n % 3));
    log.info(`did ${n}`);
    span.end();
    return {};
  },
});

const definition = flow("main").map("each", {
  items: Array.from({ length: ITEMS }, (_, n) => n),
  concurrency: 4,
  body: flow("body").node("work", work({ n: "$expr{item}" as never })),
});

await using store = localStore({ projectRoot, durability: "relaxed" });
const resources = staticResourceRegistry({ profiles: { default: {} } }).profile();
const made = localPorts(store, { resources, outcome: false });
const ports: typeof made = (env, own) => {
  const all = made(env, own);
  all.events.subscribe("node.completed", ({ path }) => void process.stdout.write(`${path}\n`));
  return all;
};
const options = { runId, runRoot: store.runRoot, projectRoot, ports };
const engine = inlineEngine();
await (command === "run"
  ? withRun({ ...options, rootComponentId: definition.id }, async (run) => {
      await using execution = await run.isolate();
      return await execution.run(flowRunner(definition, { engine }));
    })
  : withResumedRun({ ...options, journals: store.journals }, async (run) => {
      await using execution = await run.isolate();
      return await execution.run(flowRunner(definition, { engine }));
    }));
