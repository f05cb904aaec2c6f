/**
 * What it costs to commit a node durably, as a ratio to writing the same bytes and syncing them. Usage: `node-commit.ts [nodes] [rounds]`.
 *
 * A node that commits keeps its input, a value of 1 KB and its result, and records that it was started and that it completed. The
 * floor of one after the other is one append and one `fdatasync` for the lines of each; that of 64 at a time is an append for the
 * lines of each, and one `fdatasync` for all 64. Beside it: all 64 in one append.
 */
import { open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { diskArtifactStore } from "@dad/artifacts/disk";
import { memoryEventBus } from "@dad/events/memory";
import { processIsolation } from "@dad/isolation/process";
import { diskJournalStore } from "@dad/journal/disk";
import { noopObservability } from "@dad/observability/noop";
import { type Json, NodePath } from "@dad/protocol";
import { staticResourceRegistry } from "@dad/resources/static";
import { type RunContext, withRun } from "@dad/run-context";
import { inDirectory, median, milliseconds } from "./measure.ts";

const nodes = Number(process.argv[2] ?? 6400);
const rounds = Number(process.argv[3] ?? 5);
const WIDTH = 64;

const value = (index: number): Json => ({ index, text: "x".repeat(1000) });

async function commitNode(run: RunContext, index: number): Promise<void> {
  const path = NodePath.parse(`bench.n${index}`);
  const started = run.record({ type: "node.started", path, attempt: 1, nodeType: "bench", effect: "pure" }, { wait: "ordered" });
  const artifacts = [
    await run.keep({ node: path, name: "input", data: { settings: { index } }, format: "json" }),
    await run.keep({ node: path, name: "outcome", data: value(index), format: "json" }),
    await run.keep({ node: path, name: "result", data: { format: "dad.node/1", path, attempt: 1, status: "completed" }, format: "json" }),
  ];
  await started;
  await run.record({ type: "node.completed", path, attempt: 1, decision: "executed", durationMs: 1, artifacts });
}

/** Commits all nodes of a run, so many at a time, and gives the time that it took and the lines that it wrote. */
async function committed(directory: string, width: number): Promise<{ readonly took: number; readonly lines: readonly string[] }> {
  const ports = {
    journals: diskJournalStore({ root: directory }),
    artifacts: diskArtifactStore({ root: join(directory, ".dad", "blobs") }),
    events: memoryEventBus(),
    resources: staticResourceRegistry({ profiles: { default: {} } }).profile(),
    observability: noopObservability(),
    isolation: processIsolation(),
  };
  let took = Number.NaN;
  await withRun({ rootComponentId: "bench", runRoot: directory, runId: "r", ports }, async (run) => {
    const worker = async (first: number) => {
      for (let index = first; index < nodes; index += width) await commitNode(run, index);
    };
    took = await milliseconds(() => Promise.all(Array.from({ length: width }, (_, first) => worker(first))));
  });
  const text = await readFile(join(directory, "r", "journal.jsonl"), "utf8");
  return { took, lines: text.split("\n").filter((line) => line.includes('"type":"node.')) };
}

/** Appends the lines of so many nodes, each by itself or all at once, and syncs them. */
async function floor(
  file: string,
  lines: readonly string[],
  { width, at }: { readonly width: number; readonly at: "once" | "each" },
): Promise<number> {
  await using handle = await open(file, "a");
  const ofNodes = Array.from({ length: nodes }, (_, index) => `${lines.slice(2 * index, 2 * index + 2).join("\n")}\n`);
  return await milliseconds(async () => {
    for (let first = 0; first < nodes; first += width) {
      const group = ofNodes.slice(first, first + width);
      for (const text of at === "once" ? [group.join("")] : group) await handle.write(text);
      await handle.datasync();
    }
  });
}

interface Round {
  readonly took: number;
  readonly floor: number;
  readonly once: number;
}

async function round(width: number): Promise<Round> {
  return inDirectory(async (directory) => {
    const { took, lines } = await committed(directory, width);
    const each = await floor(join(directory, "each"), lines, { width, at: "each" });
    return { took, floor: each, once: await floor(join(directory, "once"), lines, { width, at: "once" }) };
  });
}

for (const width of [1, WIDTH]) {
  const results: Round[] = [];
  for (let number = 0; number < rounds; number++) results.push(await round(width));
  const perNode = (of: keyof Round) => (median(results.map((result) => result[of])) * 1000) / nodes;
  const ratio = (of: "floor" | "once") => median(results.map((result) => result.took / result[of])).toFixed(2);
  const beside = width === 1 ? "" : `; all at once ${perNode("once").toFixed(1)} µs, ratio ${ratio("once")}`;
  console.log(
    `${String(width).padStart(2)} at a time: ${perNode("took").toFixed(1)} µs per node, floor ${perNode("floor").toFixed(1)} µs, ` +
      `ratio ${ratio("floor")}${beside} (median of ${rounds}, ${nodes} nodes)`,
  );
}
