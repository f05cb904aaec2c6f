import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { RunIndex } from "@dad/run-index";
import { sqliteRunIndex } from "@dad/run-index/sqlite";
import { afterEach, beforeEach, expect, it } from "vitest";

let root: string;
let file: string;
let index: RunIndex;
const children: ChildProcess[] = [];
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "dad run index "));
  file = join(root, ".dad", "index.sqlite");
  const made = sqliteRunIndex({ file });
  if (!made) throw new Error("this runtime has no SQLite");
  index = made;
});
afterEach(async () => {
  await Promise.all(children.splice(0).map(kill));
  await rm(root, { recursive: true, force: true });
});

it("has what 8 processes put at the same time, also when they are killed meanwhile", async () => {
  const writers = Array.from({ length: 8 }, (_, number) => start(`writer${number}`));
  const acknowledged = await Promise.all(
    writers.map(async ({ prefix, child, said }) => {
      const lines: string[] = [];
      for (let count = 1; count <= 15; count++) lines.push(await said());
      await kill(child);
      return lines.map((line) => `${prefix} ${line}`);
    }),
  );
  const known = new Map((await index.all()).map(({ version, entry }) => [`${entry.rootComponentId} ${version} found`, entry.runId]));
  for (const line of acknowledged.flat()) expect(known.has(line)).toBe(true);
  for (const [line, runId] of known) expect(runId).toBe(line.split(" ", 2).join("-"));
});

it("goes on in every process when the file is deleted or overwritten meanwhile", async () => {
  const writers = Array.from({ length: 4 }, (_, number) => start(`writer${number}`));
  for (let round = 0; round < 10; round++) {
    for (const { said } of writers) expect(await said()).toMatch(/found|lost/);
    await (round % 2 === 0 ? rm(file, { force: true }) : writeFile(file, "no database".repeat(1000)));
    await index.all();
  }
  for (const { said } of writers) expect(await said()).toMatch(/found|lost/);
  expect(writers.map(({ child }) => child.exitCode)).toEqual([null, null, null, null]);
});

function start(prefix: string): { readonly prefix: string; readonly child: ChildProcess; readonly said: () => Promise<string> } {
  const child = spawn(process.execPath, ["--conditions=@dad/source", join(import.meta.dirname, "put-for-ever.ts"), file, prefix], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  return { prefix, child, said: async () => String((await lines.next()).value) };
}

async function kill(child: ChildProcess): Promise<void> {
  const exit = once(child, "exit");
  // It says whether there was still somebody to be killed.
  if (child.kill("SIGKILL")) await exit;
}
