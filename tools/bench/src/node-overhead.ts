/** The cost of one trivial node of a run, as a ratio to a raw floor. Usage: `node-overhead.ts [nodes] [rounds] [secrets]`, of which the last is how many secrets each run knows. */
import { randomUUID } from "node:crypto";
import { open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Component, defineNode, flow, type FlowDefinition } from "@dad/agent";
import { diskArtifactStore, diskArtifactView } from "@dad/artifacts/disk";
import { memoryArtifactStore } from "@dad/artifacts/memory";
import { inlineEngine } from "@dad/engine/inline";
import { memoryEventBus } from "@dad/events/memory";
import { processIsolation } from "@dad/isolation/process";
import { diskJournalStore } from "@dad/journal/disk";
import { memoryJournalStore } from "@dad/journal/memory";
import { noopObservability } from "@dad/observability/noop";
import { staticResourceRegistry } from "@dad/resources/static";
import { type MakeRunPorts, withRun } from "@dad/run-context";
import { flowRunner } from "@dad/runner";
import { redactor } from "@dad/secrets";
import { z } from "zod";
import { inDirectory, median, milliseconds } from "./measure.ts";

const nodes = Number(process.argv[2] ?? 500);
const rounds = Number(process.argv[3] ?? 5);
const secrets = Array.from({ length: Number(process.argv[4] ?? 0) }, (_, at) => ({ name: `env:KEY_${at}`, value: randomUUID() }));

const step = (n: number, bytes: number) => ({ n: n + 1, text: "x".repeat(bytes) });
const trivial = defineNode({
  type: "trivial",
  version: "1",
  effect: "pure",
  settings: z.object({ n: z.number(), bytes: z.number() }),
  output: z.object({ n: z.number(), text: z.string() }),
  execute: (_context, { settings }) => step(settings.n, settings.bytes),
});

/** Nodes that give next to nothing, and such that give a page of text. */
const [nothing, page] = [0, 900];
const chains = new Map([nothing, page].map((bytes) => [bytes, chainOf(bytes)]));

function chainOf(bytes: number): FlowDefinition {
  let chain: Component<"flow"> = flow("bench");
  for (let index = 0; index < nodes; index++) chain = chain.node(`n${index}`, trivial({ n: index, bytes }));
  return chain;
}

const rest = () => ({
  events: memoryEventBus(),
  resources: staticResourceRegistry({ profiles: { default: {} } }).profile(),
  observability: noopObservability(),
  isolation: processIsolation(),
  ...(secrets.length === 0 ? {} : { redactor: redactor(secrets) }),
});

async function bareLoop(bytes: number): Promise<void> {
  for (let index = 0; index < nodes; index++) await Promise.resolve(step(index, bytes));
}

interface Bench {
  readonly bytes: number;
  readonly runRoot: string;
  readonly ports: MakeRunPorts;
}

async function run({ bytes, runRoot, ports }: Bench): Promise<void> {
  const definition = chains.get(bytes);
  if (definition === undefined) throw new TypeError(`there is no chain of ${bytes} bytes`);
  await withRun({ rootComponentId: "bench", runRoot, runId: "bench", ports }, async (context) => {
    await using execution = await context.isolate();
    return await execution.run(flowRunner(definition, { engine: inlineEngine() }));
  });
}

interface Round {
  readonly run: number;
  readonly floor: number;
}

async function memoryRound(bytes: number): Promise<Round> {
  const ports = () => ({ ...rest(), journals: memoryJournalStore(), artifacts: memoryArtifactStore() });
  const took = await milliseconds(() => run({ bytes, runRoot: "runs", ports }));
  return { run: took, floor: await milliseconds(() => bareLoop(bytes)) };
}

/** One durable run and, right after it, the raw append of the very lines that its journal holds. */
async function diskRound(): Promise<Round> {
  return inDirectory(async (directory) => {
    const artifacts = diskArtifactStore({ root: join(directory, ".dad", "blobs") });
    const journals = diskJournalStore({ root: directory });
    const ports: MakeRunPorts = (env) => ({ ...rest(), journals, artifacts, view: diskArtifactView({ root: env.runDir, store: artifacts }) });
    const took = await milliseconds(() => run({ bytes: page, runRoot: directory, ports }));
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

/** What runs in memory takes little time, and needs many rounds until it runs as fast as it can. */
const MEMORY_ROUNDS = 20;

async function roundsOf(count: number, round: () => Promise<Round>): Promise<Round[]> {
  const results: Round[] = [];
  for (let done = 0; done < count; done++) results.push(await round());
  return results;
}

function report(name: string, results: readonly Round[]): void {
  const perNode = (milliseconds: number) => ((milliseconds * 1000) / nodes).toFixed(1);
  const runs = results.map((result) => result.run);
  const floor = median(results.map((result) => result.floor));
  const ratio = median(results.map((result) => result.run / result.floor));
  console.log(
    `${name.padEnd(18)} ${perNode(median(runs))} µs per node, fastest ${perNode(Math.min(...runs))} µs, floor ${perNode(floor)} µs, ` +
      `ratio ${ratio.toFixed(2)} (median of ${results.length}, ${nodes} nodes)`,
  );
}

report("memory", await roundsOf(rounds * MEMORY_ROUNDS, () => memoryRound(nothing)));
report("memory, 900 bytes", await roundsOf(rounds * MEMORY_ROUNDS, () => memoryRound(page)));
report("disk, 900 bytes", await roundsOf(rounds, diskRound));
