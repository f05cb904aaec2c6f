/**
 * What a map costs whose nodes are trivial, with memory adapters: its time, as a ratio to a bare loop over the same function
 * that is as wide, and what of it stays in memory. Usage: `map.ts [nodes] [concurrency] [rounds]`.
 */
import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { defineNode, flow } from "@dad/agent";
import { memoryArtifactStore } from "@dad/artifacts/memory";
import { inlineEngine } from "@dad/engine/inline";
import { memoryEventBus } from "@dad/events/memory";
import { processIsolation } from "@dad/isolation/process";
import type { JournalStore } from "@dad/journal";
import { memoryJournalStore } from "@dad/journal/memory";
import { noopObservability } from "@dad/observability/noop";
import { canonicalJson, RunId } from "@dad/protocol";
import { staticResourceRegistry } from "@dad/resources/static";
import { withRun } from "@dad/run-context";
import { flowRunner } from "@dad/runner";
import { z } from "zod";
import { median, milliseconds } from "./measure.ts";

const [nodes = 10_000, concurrency = 100, rounds = 5] = process.argv.slice(2).map(Number);
const RUN = RunId.parse("bench");

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** Looked at in the middle of a run: how many nodes were executed, and what to do when it is so many. */
const watch = { executed: 0, at: Number.NaN, look: () => undefined as void };

const step = (n: number) => ({ n: n + 1 });
const trivial = defineNode({
  type: "trivial",
  version: "1",
  effect: "pure",
  settings: z.object({ n: z.number() }),
  output: z.object({ n: z.number() }),
  execute(_context, { settings }) {
    watch.executed += 1;
    if (watch.executed === watch.at) watch.look();
    return step(settings.n);
  },
});
const items = Array.from({ length: nodes }, (_, at) => at);
const definition = flow("bench").map("each", {
  items,
  concurrency,
  body: ({ item }) => flow("body").node("trivial", trivial({ n: item })),
});

async function run(journals: JournalStore): Promise<unknown> {
  const ports = {
    journals,
    artifacts: memoryArtifactStore(),
    events: memoryEventBus(),
    resources: staticResourceRegistry({ profiles: { default: {} } }).profile(),
    observability: noopObservability(),
    isolation: processIsolation(),
  };
  const { result } = await withRun({ rootComponentId: definition.id, runRoot: "runs", runId: RUN, ports }, async (context) => {
    await using execution = await context.isolate();
    return await execution.run(flowRunner(definition, { engine: inlineEngine() }));
  });
  return result;
}

async function bareLoop(): Promise<void> {
  const left = items.values();
  const strand = async () => {
    for (const n of left) await Promise.resolve(step(n));
  };
  await Promise.all(Array.from({ length: concurrency }, strand));
}

/** In bytes, of what is still in use. */
function heap(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

/** The same once nothing goes on: what a weak reference was asked for is kept until the event loop comes round. */
async function heapAtRest(): Promise<number> {
  await setImmediate();
  return heap();
}

/** What a run gave and recorded, as text. */
async function sizeOf(result: unknown, journals: JournalStore): Promise<number> {
  let size = canonicalJson(result).length;
  for await (const event of journals.read(RUN)) size += canonicalJson(event).length;
  return size;
}

interface Kept {
  /** In the middle of the run, of what it had added by then. */
  readonly halfway: number;
  readonly after: number;
  readonly content: number;
  /** Once nobody holds the run any more. */
  readonly left: number;
}

/** How much a run adds to the heap, in bytes. */
async function keptBy(before: number): Promise<Kept> {
  const during = { halfway: Number.NaN, after: Number.NaN, content: Number.NaN };
  Object.assign(watch, { executed: 0, at: Math.floor(nodes / 2), look: () => (during.halfway = heap() - before) });
  await (async () => {
    const journals = memoryJournalStore();
    const result = await run(journals);
    during.after = (await heapAtRest()) - before;
    during.content = await sizeOf(result, journals);
  })();
  watch.at = Number.NaN;
  return { ...during, left: (await heapAtRest()) - before };
}

const took: { run: number; floor: number }[] = [];
for (let round = 0; round < rounds; round++)
  took.push({ run: await milliseconds(() => run(memoryJournalStore())), floor: await milliseconds(bareLoop) });
const perNode = (times: readonly number[]) => ((median(times) * 1000) / nodes).toFixed(1);
console.log(
  `time     ${perNode(took.map((round) => round.run))} µs per node, floor ${perNode(took.map((round) => round.floor))} µs, ` +
    `ratio ${median(took.map((round) => round.run / round.floor)).toFixed(0)} (median of ${rounds}, ${nodes} nodes, ${concurrency} at a time)`,
);

const kilobytes = (bytes: number) => `${(bytes / 1024).toFixed(0)} KB`;
const before = await heapAtRest();
for (const times of ["first", "second", "third"]) {
  const { halfway, after, content, left } = await keptBy(before);
  console.log(
    `memory   ${times} run: ${kilobytes(content)} of results and journal; ${kilobytes(halfway)} halfway, ${kilobytes(after)} afterwards, ` +
      `${kilobytes(left)} once it is let go of`,
  );
}
