/** What it takes to list runs, as a ratio to looking at their journals. Usage: `run-list.ts [runs] [rounds]`. */
import { execFile } from "node:child_process";
import { lstatSync, readdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Journal, type JournalStore } from "@dad/journal";
import { diskJournalStore } from "@dad/journal/disk";
import { digestOfBytes, ExecutionId, NO_USAGE, NodePath, RelativePath, RunId } from "@dad/protocol";
import { listRuns } from "@dad/run-context";
import { sqliteRunIndex } from "@dad/run-index/sqlite";
import { inDirectory, median, milliseconds } from "./measure.ts";

/** A child that lists once, in a process that has done nothing before, as `dad ls` does. */
const ONCE = "--once";

const EXECUTION = ExecutionId.parse("0193a5b0-7a5c-7000-8000-000000000001");
const PATH = NodePath.parse("agent.node");
const OUTCOME = JSON.stringify({ text: "x".repeat(200) });

async function writeRun(journals: JournalStore, number: number): Promise<void> {
  await using journal = await journals.create(RunId.parse(`run_20261122_073443_${number.toString(16).padStart(6, "0")}`));
  await journal.append({ type: "run.started", executionId: EXECUTION, rootComponentId: "agent" });
  await writeNode(journal);
  // One in a hundred was killed.
  if (number % 100 !== 0) await journal.append({ type: "run.completed", usage: NO_USAGE });
}

async function writeNode(journal: Journal): Promise<void> {
  const data = Buffer.from(OUTCOME);
  const path = RelativePath.parse("agent/node/outcome.json");
  const artifact = {
    name: "outcome",
    path,
    mediaType: "application/json",
    digest: digestOfBytes(data),
    size: data.byteLength,
    data: data.toString("base64"),
  };
  await journal.append({ type: "node.started", path: PATH, attempt: 1, nodeType: "command", effect: "pure" });
  await journal.append({ type: "node.completed", path: PATH, attempt: 1, decision: "executed", durationMs: 1, artifacts: [artifact] });
}

/** Nothing that knows whether a journal has changed can do less. */
async function lookAtJournals(runRoot: string): Promise<void> {
  for (const { name } of readdirSync(runRoot, { withFileTypes: true })) lstatSync(join(runRoot, name, "journal.jsonl"), { throwIfNoEntry: false });
}

async function listOnce(runRoot: string, indexed: boolean): Promise<number> {
  const index = indexed ? sqliteRunIndex({ file: indexIn(runRoot) }) : undefined;
  const { runs, unreadable, indexError } = await listRuns(diskJournalStore({ root: runRoot, durability: "relaxed" }), { runRoot, index });
  if (unreadable.length > 0 || indexError !== undefined) throw new Error("a run, or the index, could not be read", { cause: indexError });
  return runs.length;
}

const indexIn = (runRoot: string) => join(runRoot, ".dad", "index.sqlite");

async function inNewProcess(runRoot: string): Promise<number> {
  const args = [...process.execArgv, import.meta.filename, ONCE, runRoot];
  return Number((await promisify(execFile)(process.execPath, args)).stdout);
}

async function bench(runs: number, rounds: number): Promise<void> {
  await inDirectory(async (runRoot) => {
    const journals = diskJournalStore({ root: runRoot, durability: "relaxed" });
    for (let number = 0; number < runs; number++) await writeRun(journals, number);
    const took = { floor: [] as number[], warm: [] as number[], "warm, new process": [] as number[], rebuild: [] as number[], scan: [] as number[] };
    for (let round = 0; round < rounds; round++) {
      await rm(indexIn(runRoot), { force: true });
      took.rebuild.push(await milliseconds(() => listOnce(runRoot, true)));
      took.scan.push(await milliseconds(() => listOnce(runRoot, false)));
      for (let times = 0; times < 5; times++) {
        took.floor.push(await milliseconds(() => lookAtJournals(runRoot)));
        took.warm.push(await milliseconds(() => listOnce(runRoot, true)));
        took["warm, new process"].push(await inNewProcess(runRoot));
      }
    }
    const floor = median(took.floor);
    for (const [name, times] of Object.entries(took))
      console.log(
        `${name.padEnd(18)} ${median(times).toFixed(1)} ms, ratio ${(median(times) / floor).toFixed(2)} (median of ${times.length}, ${runs} runs)`,
      );
  });
}

const [first, second] = process.argv.slice(2);
if (first === ONCE) console.log(await milliseconds(() => listOnce(second ?? "", true)));
else await bench(Number(first ?? 10_000), Number(second ?? 3));
