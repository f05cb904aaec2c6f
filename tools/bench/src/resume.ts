/**
 * How long it takes to go on with a run: from `resumeRun` to the first node that had not completed. Usage: `resume.ts [nodes] [rounds]`.
 *
 * The floor reads the journal of the run and parses its lines, and does nothing with them.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Component, defineNode, flow } from "@dad/agent";
import { diskArtifactStore } from "@dad/artifacts/disk";
import { inlineEngine } from "@dad/engine/inline";
import { memoryEventBus } from "@dad/events/memory";
import { processIsolation } from "@dad/isolation/process";
import { diskJournalStore } from "@dad/journal/disk";
import { noopObservability } from "@dad/observability/noop";
import { staticResourceRegistry } from "@dad/resources/static";
import { type RunContext, type RunPorts, withResumedRun, withRun } from "@dad/run-context";
import { flowRunner } from "@dad/runner";
import { z } from "zod";
import { inDirectory, median, milliseconds } from "./measure.ts";

const nodes = Number(process.argv[2] ?? 10_000);
const rounds = Number(process.argv[3] ?? 5);

/** When the last node was executed. It fails each time, so that there is always something left to do. */
let reached = Number.NaN;
const step = defineNode({
  type: "step",
  version: "1",
  effect: "pure",
  settings: z.object({ n: z.number() }),
  output: z.object({ n: z.number(), text: z.string() }),
  execute(_context, { settings: { n } }) {
    if (n === nodes - 1) {
      reached = performance.now();
      throw new Error("the last one fails");
    }
    return { n, text: "x".repeat(900) };
  },
});

let chain: Component<"flow"> = flow("bench");
for (let n = 0; n < nodes; n++) chain = chain.node(`n${n}`, step({ n }));
const runner = flowRunner(chain, { engine: inlineEngine() });

async function work(run: RunContext): Promise<unknown> {
  await using execution = await run.isolate();
  return await execution.run(runner);
}

function portsIn(directory: string, durability: "strict" | "relaxed"): RunPorts {
  return {
    journals: diskJournalStore({ root: directory, durability }),
    artifacts: diskArtifactStore({ root: join(directory, ".dad", "blobs"), durability }),
    events: memoryEventBus(),
    resources: staticResourceRegistry({ profiles: { default: {} } }).profile(),
    observability: noopObservability(),
    isolation: processIsolation(),
  };
}

await inDirectory(async (directory) => {
  const fails = () => undefined;
  await withRun({ rootComponentId: "bench", runRoot: directory, runId: "r", ports: portsIn(directory, "relaxed") }, work).catch(fails);
  const [took, floor]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    const ports = portsIn(directory, "strict");
    const started = performance.now();
    await withResumedRun({ runId: "r", runRoot: directory, journals: ports.journals, ports }, work).catch(fails);
    took.push(reached - started);
    floor.push(
      await milliseconds(async () => {
        const text = await readFile(join(directory, "r", "journal.jsonl"), "utf8");
        for (const line of text.trimEnd().split("\n")) JSON.parse(line);
      }),
    );
  }
  const ratio = median(took.map((time, index) => time / (floor[index] ?? Number.NaN)));
  console.log(
    `resume of ${nodes} nodes: ${median(took).toFixed(0)} ms, floor ${median(floor).toFixed(0)} ms, ratio ${ratio.toFixed(1)} (median of ${rounds})`,
  );
});
