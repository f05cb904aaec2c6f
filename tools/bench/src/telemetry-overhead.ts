/**
 * What traces, metrics and logs in files add to a run, as a ratio to the same run that records none. Usage: `telemetry-overhead.ts [nodes] [rounds]`.
 */
import { join } from "node:path";
import { type Component, defineNode, flow, type FlowDefinition } from "@dad/agent";
import { memoryArtifactStore } from "@dad/artifacts/memory";
import { inlineEngine } from "@dad/engine/inline";
import { memoryEventBus } from "@dad/events/memory";
import { processIsolation } from "@dad/isolation/process";
import { diskJournalStore } from "@dad/journal/disk";
import { memoryJournalStore } from "@dad/journal/memory";
import type { Observability } from "@dad/observability";
import { jsonlObservability } from "@dad/observability/jsonl";
import { noopObservability } from "@dad/observability/noop";
import { staticResourceRegistry } from "@dad/resources/static";
import { type MakeRunPorts, type RunPorts, withRun } from "@dad/run-context";
import { flowRunner } from "@dad/runner";
import { z } from "zod";
import { inDirectory, median, milliseconds } from "./measure.ts";

const nodes = Number(process.argv[2] ?? 1000);
const rounds = Number(process.argv[3] ?? 15);

const trivial = defineNode({
  type: "trivial",
  version: "1",
  effect: "pure",
  settings: z.object({ n: z.number() }),
  output: z.object({ n: z.number() }),
  execute: (_context, { settings }) => ({ n: settings.n + 1 }),
});

const chain = chainOf(nodes);

function chainOf(count: number): FlowDefinition {
  let made: Component<"flow"> = flow("bench");
  for (let index = 0; index < count; index++) made = made.node(`n${index}`, trivial({ n: index }));
  return made;
}

const origin = { resource: { "service.name": "bench" }, scope: { name: "dad" } };
const KINDS = {
  "nothing recorded": () => noopObservability(),
  // As every run does.
  "all three in files": (directory: string) => jsonlObservability({ directory: join(directory, ".trace"), origin }, { logs: { level: "info" } }),
} as const satisfies Record<string, (directory: string) => Observability>;
type Kind = keyof typeof KINDS;

interface Bench {
  readonly kind: Kind;
  readonly directory: string;
  readonly journals: (directory: string) => RunPorts["journals"];
}

async function run({ kind, directory, journals }: Bench): Promise<void> {
  const ports: MakeRunPorts = (env, own) => ({
    events: memoryEventBus(),
    resources: staticResourceRegistry({ profiles: { default: {} } }).profile(),
    observability: own(KINDS[kind](env.runDir)),
    isolation: processIsolation(),
    artifacts: memoryArtifactStore(),
    journals: journals(directory),
  });
  await withRun({ rootComponentId: "bench", runRoot: directory, runId: "bench", ports }, async (context) => {
    await using execution = await context.isolate();
    return await execution.run(flowRunner(chain, { engine: inlineEngine() }));
  });
}

/** Processor time says more than time where others are at work as well. */
async function cpuMilliseconds(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

type Took = Record<"wall" | "cpu", number>;

async function took(bench: Omit<Bench, "directory">): Promise<Took> {
  return inDirectory(async (directory) => {
    let cpu = 0;
    const wall = await milliseconds(async () => {
      cpu = await cpuMilliseconds(() => run({ ...bench, directory }));
    });
    return { wall, cpu };
  });
}

async function report(name: string, journals: Bench["journals"]): Promise<void> {
  const results: Record<Kind, Took[]> = { "nothing recorded": [], "all three in files": [] };
  // By turns: what else the machine does meanwhile slows both down.
  for (let round = -2; round < rounds; round++)
    for (const kind of Object.keys(KINDS) as Kind[]) {
      const result = await took({ kind, journals });
      if (round >= 0) results[kind].push(result);
    }
  for (const measure of ["wall", "cpu"] as const) {
    const [bare, recorded] = [results["nothing recorded"], results["all three in files"]].map((all) => all.map((one) => one[measure]));
    if (bare && recorded) print(`${name.padEnd(16)} ${measure.padEnd(4)}`, bare, recorded);
  }
}

/** The fastest says what it costs where nobody else is at work. */
function print(name: string, bare: readonly number[], recorded: readonly number[]): void {
  const micros = (value: number) => `${((value * 1000) / nodes).toFixed(0)} µs`;
  const perNode = (values: readonly number[]) => `${micros(median(values))} (fastest ${micros(Math.min(...values))})`;
  const ratio = median(recorded.map((one, at) => one / (bare[at] ?? Number.NaN))).toFixed(2);
  const fastest = (Math.min(...recorded) / Math.min(...bare)).toFixed(2);
  console.log(`${name} per node: ${perNode(bare)} without, ${perNode(recorded)} with, ratio ${ratio} (fastest ${fastest})`);
}

console.log(`${nodes} nodes, artifacts in memory, median of ${rounds}`);
await report("journal on disk", (directory) => diskJournalStore({ root: directory }));
await report("all in memory", () => memoryJournalStore());
