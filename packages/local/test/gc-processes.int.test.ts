import { type ChildProcess, spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { once } from "node:events";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setImmediate } from "node:timers/promises";
import { readText } from "@dad/artifacts";
import { checkStore, collectGarbage, repairStore } from "@dad/doctor";
import { localMaintenance } from "@dad/local";
import type { Finding } from "@dad/protocol";
import { listRuns, readRun } from "@dad/run-context";
import { afterEach, beforeEach, expect, it } from "vitest";

const PROCESSES = 4;
const RUNS_EACH = 12;

let projectRoot: string;
let runRoot: string;
const children: ChildProcess[] = [];
beforeEach(async () => {
  projectRoot = await mkdtemp(join(tmpdir(), "dad gc "));
  runRoot = join(projectRoot, "runs");
  await mkdir(runRoot);
});
afterEach(async () => {
  await Promise.all(children.splice(0).map(kill));
  await rm(projectRoot, { recursive: true, force: true });
});

it("never takes what a run needs, whatever runs do meanwhile, and when it is killed at any moment", async () => {
  {
    await using store = localMaintenance({ runRoot });
    await store.artifacts.put("the first content makes the store");
  }
  const workers = Array.from({ length: PROCESSES }, (_, number) => start("work-with-pool.ts", projectRoot, `run${number}`, String(RUNS_EACH)));
  const ended = Promise.all(workers.map(async ({ child, line }) => [await line(), ...(await once(child, "exit"))]));
  let going = true;
  const collected = collectAndKill(() => going);
  const worst = checkAllTheTime(() => going);
  expect(await ended).toEqual(workers.map(() => ["done", 0, null]));
  going = false;
  expect(await collected).toBeGreaterThan(0);
  expect(await worst).toEqual([]);

  await using store = localMaintenance({ runRoot, hostEnv: process.env });
  const { blocked } = await collectGarbage(store);
  expect(blocked).toEqual([]);
  expect((await checkStore(store)).findings.filter(({ severity }) => severity !== "info")).toEqual([]);
  expect((await repairStore(store)).findings).toEqual([]);
  const { runs } = await listRuns(store.journals, { runRoot });
  expect(runs.map(({ status }) => status)).toEqual(Array.from({ length: PROCESSES * RUNS_EACH }, () => "completed"));
  for (const { runId } of runs) {
    const { nodes } = await readRun(store.journals, runId, { runRoot });
    for (const entry of nodes.flatMap(({ artifacts }) => artifacts)) if (entry.name === "large") await readText(store.artifacts, entry);
  }
});

/** One collector after the other, each killed in the middle of something. @returns how much they collected. */
async function collectAndKill(isGoing: () => boolean): Promise<number> {
  let count = 0;
  const isNeeded = () => isGoing() || count === 0;
  while (isNeeded()) {
    const { child, line } = start("collect-for-ever.ts", runRoot);
    for (let rounds = randomInt(1, 6); rounds > 0 && isNeeded(); rounds--) count += Number(await line());
    for (let turns = randomInt(500); turns > 0; turns--) await setImmediate();
    await kill(child);
  }
  return count;
}

/** What is found while runs go on and garbage is collected, beside what is only told. */
async function checkAllTheTime(isGoing: () => boolean): Promise<Finding[]> {
  const found: Finding[] = [];
  await using store = localMaintenance({ runRoot, hostEnv: process.env });
  while (isGoing()) found.push(...(await checkStore(store)).findings.filter(({ severity }) => severity !== "info"));
  return found;
}

function start(script: string, ...args: readonly string[]) {
  const child = spawn(process.execPath, ["--conditions=@dad/source", join(import.meta.dirname, script), ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return { child, line: async () => (await lines.next()).value as string | undefined };
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGKILL");
  await once(child, "exit");
}
