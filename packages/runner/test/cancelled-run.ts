/**
 * Runs deaf commands at the same time until SIGTERM, and says how that ended and what still keeps the process alive.
 * Arguments: a directory, and the program of each command.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { defineNode, flow } from "@dad/agent";
import { memoryArtifactStore } from "@dad/artifacts/memory";
import { inlineEngine } from "@dad/engine/inline";
import { memoryEventBus } from "@dad/events/memory";
import { processIsolation } from "@dad/isolation/process";
import { memoryJournalStore } from "@dad/journal/memory";
import { noopObservability } from "@dad/observability/noop";
import { staticResourceRegistry } from "@dad/resources/static";
import { readRun, withRun } from "@dad/run-context";
import { flowRunner } from "@dad/runner";
import { z } from "zod";

const [runRoot = "", program = "", commands = "0"] = process.argv.slice(2);
const runId = "r";
mkdirSync(join(runRoot, runId));

const command = defineNode({
  type: "command",
  version: "1",
  effect: "idempotent",
  settings: z.object({}),
  output: z.object({}),
  async execute({ space, signal }) {
    await space.exec({ argv: [process.execPath, "-e", program] }, { signal });
    // It ends only when it is ended.
    signal.throwIfAborted();
    throw new Error("the command ended by itself");
  },
});
const body = flow("body").node("run", command({}), { timeoutMs: 600_000 });
const items = Array.from({ length: Number(commands) - 1 }, (_, at) => at);
const definition = flow("main").parallel("both", {
  many: flow("many").map("each", { items, concurrency: items.length, body }),
  one: flow("one").try("guarded", { body, finally: flow("cleanup") }),
});

const journals = memoryJournalStore();
const ports = {
  journals,
  artifacts: memoryArtifactStore(),
  events: memoryEventBus(),
  resources: staticResourceRegistry({ profiles: { default: {} } }).profile(),
  observability: noopObservability(),
  isolation: processIsolation({ graceMs: 100 }),
};

async function run(signal: AbortSignal): Promise<string> {
  try {
    await withRun({ rootComponentId: definition.id, runRoot, runId, ports, signal }, async (context) => {
      await using execution = await context.isolate();
      return await execution.run(flowRunner(definition, { engine: inlineEngine() }));
    });
    return "nothing was thrown";
  } catch (error) {
    return String(error);
  }
}

const before = process.getActiveResourcesInfo();
const cancel = new AbortController();
process.once("SIGTERM", () => cancel.abort(new Error("enough")));
const thrown = await run(cancel.signal);
const { status, nodes } = await readRun(journals, runId, { runRoot });
// What was closed just now is told of until the event loop has gone round once.
for (let turn = 0; turn < 2; turn += 1) await setImmediate();
const left = process.getActiveResourcesInfo();
console.log(JSON.stringify({ thrown, status, nodes: [...new Set(nodes.map((node) => node.status))], before, left }));
