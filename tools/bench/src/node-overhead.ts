/** The cost of one trivial node of a run, as a ratio to a raw floor. Usage: `node-overhead.ts [nodes] [rounds]`. */
import { open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Component, defineNode, flow } from "@dad/agent";
import { diskArtifactStore, diskArtifactView } from "@dad/artifacts/disk";
import { memoryArtifactStore } from "@dad/artifacts/memory";
import { inlineEngine } from "@dad/engine/inline";
import { memoryEventBus } from "@dad/events/memory";
import { scopeIsolation } from "@dad/isolation/scope";
import { diskJournalStore } from "@dad/journal/disk";
import { memoryJournalStore } from "@dad/journal/memory";
import { noopObservability } from "@dad/observability/noop";
import { staticResourceRegistry } from "@dad/resources/static";
import { type MakeRunPorts, withRun } from "@dad/run-context";
import { flowRunner } from "@dad/runner";
import { z } from "zod";
import { inDirectory, median, milliseconds } from "./measure.ts";

const nodes = Number(process.argv[2] ?? 500);
const rounds = Number(process.argv[3] ?? 5);

const step = (n: number) => ({ n: n + 1, text: "x".repeat(900) });
const trivial = defineNode({
  type: "trivial",
  version: "1",
  effect: "pure",
  settings: z.object({ n: z.number() }),
  output: z.object({ n: z.number(), text: z.string() }),
  execute: (_context, { settings }) => step(settings.n),
});

const definition = chainOf(nodes);

function chainOf(count: number) {
  let chain: Component<"flow"> = flow("bench");
  for (let index = 0; index < count; index++) chain = chain.node(`n${index}`, trivial({ n: index }));
  return chain;
}

const rest = () => ({
  events: memoryEventBus(),
  resources: staticResourceRegistry({ profiles: { default: {} } }).profile(),
  observability: noopObservability(),
  isolation: scopeIsolation(),
});

async function bareLoop(): Promise<void> {
  for (let index = 0; index < nodes; index++) await Promise.resolve(step(index));
}

async function run(runRoot: string, ports: MakeRunPorts): Promise<void> {
  await withRun({ rootComponentId: "bench", runRoot, runId: "bench", ports }, async (context) => {
    await using execution = await context.isolate();
    return await execution.run(flowRunner(definition, { engine: inlineEngine() }));
  });
}

/** One durable run and, right after it, the raw append of the very lines that its journal holds. */
async function diskRound(): Promise<{ readonly run: number; readonly floor: number }> {
  return inDirectory(async (directory) => {
    const artifacts = diskArtifactStore({ root: join(directory, ".dad", "blobs") });
    const journals = diskJournalStore({ root: directory });
    const took = await milliseconds(() =>
      run(directory, (env) => ({ ...rest(), journals, artifacts, view: diskArtifactView({ root: env.runDir, store: artifacts }) })),
    );
    const lines = (await readFile(join(directory, "bench", "journal.jsonl"), "utf8")).trimEnd().split("\n");
    return { run: took, floor: await milliseconds(() => appendEach(join(directory, "floor"), lines)) };
  });
}

async function appendEach(file: string, lines: readonly string[]): Promise<void> {
  await using handle = await open(file, "a");
  for (const line of lines) {
    await handle.write(`${line}\n`);
    await handle.datasync();
  }
}

const memory: { run: number; floor: number }[] = [];
const disk: { run: number; floor: number }[] = [];
for (let round = 0; round < rounds; round++) {
  const memoryRun = () => run("runs", () => ({ ...rest(), journals: memoryJournalStore(), artifacts: memoryArtifactStore() }));
  memory.push({ run: await milliseconds(memoryRun), floor: await milliseconds(bareLoop) });
  disk.push(await diskRound());
}

for (const [name, results] of Object.entries({ memory, disk })) {
  const perNode = (median(results.map((result) => result.run)) * 1000) / nodes;
  const floor = (median(results.map((result) => result.floor)) * 1000) / nodes;
  const ratio = median(results.map((result) => result.run / result.floor));
  console.log(
    `${name.padEnd(8)} ${perNode.toFixed(1)} µs per node, floor ${floor.toFixed(1)} µs, ratio ${ratio.toFixed(2)} (median of ${rounds}, ${nodes} nodes)`,
  );
}
