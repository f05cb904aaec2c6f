import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { kernelLocks } from "@dad/disk";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type Program, start } from "./processes.ts";

const locks = kernelLocks();
let root: string;
let path: string;
let programs: Program[];
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "dad locks "));
  path = join(root, "run.lock");
  programs = [];
});
afterEach(async () => {
  await Promise.all(programs.map((program) => program.kill()));
  await rm(root, { recursive: true, force: true });
});

async function started(script: string, ...args: readonly string[]): Promise<Program> {
  const program = start(script, path, ...args);
  programs.push(program);
  expect(await program.line()).toBe("ready");
  return program;
}

/** A process that holds the lock. */
async function holder(): Promise<Program> {
  const program = await started("claim.ts");
  program.child.stdin.write("claim\n");
  expect(await program.line()).toBe("held");
  return program;
}

it("is held by one of 20 processes that want it at the same moment", async () => {
  const claimants = await Promise.all(Array.from({ length: 20 }, () => started("claim.ts")));
  for (const { child } of claimants) child.stdin.write("claim\n");
  const answers = await Promise.all(claimants.map((claimant) => claimant.line()));
  expect(answers.filter((answer) => answer === "held")).toEqual(["held"]);
  expect(answers.filter((answer) => answer === "refused")).toHaveLength(19);
});

it("is free at once when its holder is killed", async () => {
  const program = await holder();
  expect(await locks.isHeld(path)).toBe(true);
  await program.kill();
  expect(await locks.isHeld(path)).toBe(false);
  const lock = await locks.acquire(path);
  expect(lock).toBeDefined();
  await lock?.release();
});

it("is free when its holder ends without releasing it", async () => {
  const { child, line } = await holder();
  child.stdin.write("end\n");
  expect(await line()).toBeUndefined();
  expect(await locks.acquire(path)).toBeDefined();
});

it("stays with a holder that is stopped, however long", async () => {
  const { child, line } = await holder();
  child.kill("SIGSTOP");
  expect(await locks.acquire(path)).toBeUndefined();
  expect(await locks.isHeld(path)).toBe(true);
  child.kill("SIGCONT");
  expect(await locks.acquire(path)).toBeUndefined();
  child.stdin.write("end\n");
  expect(await line()).toBeUndefined();
  expect(await locks.isHeld(path)).toBe(false);
});

it("stays with its holder when others of its process look and claim", async () => {
  const lock = await locks.acquire(path);
  expect(await locks.isHeld(path)).toBe(true);
  expect(await kernelLocks().acquire(path)).toBeUndefined();
  const claimant = await started("claim.ts");
  claimant.child.stdin.write("claim\n");
  expect(await claimant.line()).toBe("refused");
  await lock?.release();
});

it("is given to whoever wants it while others look without a pause", async () => {
  await (await locks.acquire(path))?.release();
  await Promise.all(Array.from({ length: 3 }, () => started("look-for-ever.ts")));
  for (let time = 0; time < 200; time++) {
    const lock = await locks.acquire(path);
    expect(lock).toBeDefined();
    expect(await locks.isHeld(path)).toBe(true);
    await lock?.release();
  }
});

it("is held by one at a time although each of them takes its file away", async () => {
  const holders = await Promise.all(Array.from({ length: 4 }, () => started("take-turns.ts", "100")));
  for (const { child } of holders) child.stdin.write("go\n");
  expect(await Promise.all(holders.map((holder) => holder.line()))).toEqual(Array(4).fill("done"));
});

it("is held by one at a time while some break it open and others claim it", async () => {
  for (let time = 0; time < 50; time++) {
    const first = await locks.acquire(path);
    await Promise.all([locks.breakOpen(path), locks.isHeld(path)]);
    const claims = await Promise.all(Array.from({ length: 5 }, () => locks.acquire(path)));
    expect(claims.filter(Boolean)).toHaveLength(1);
    for (const lock of [first, ...claims]) await lock?.release();
  }
});
