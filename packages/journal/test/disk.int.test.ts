import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";
import { kernelLocks } from "@dad/disk";
import { diskJournalStore } from "@dad/journal/disk";
import { RunId } from "@dad/protocol";
import { afterEach, beforeEach, expect, it } from "vitest";

const RUN = RunId.parse("run_20261122_073443_1f9c2a");
let root: string;
const children: ChildProcess[] = [];
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "dad journal "));
});
afterEach(async () => {
  await Promise.all(children.splice(0).map(kill));
  await rm(root, { recursive: true, force: true });
});

it("gives a run id to one of 24 processes, and tells the others who has it", async () => {
  const claims = await claimAtOnce("create");
  expect(claims.filter((claim) => claim === "won 1")).toHaveLength(1);
  expect(claims.filter((claim) => claim === `RUN_EXISTS ${winnerOf(claims)}`)).toHaveLength(23);
});

it("begins and ends 200 runs of one process at the same time, and none of them gets in the way of another", async () => {
  const locks = kernelLocks();
  const refused: string[] = [];
  const acquire = async (path: string) => {
    const lock = await locks.acquire(path);
    if (!lock) refused.push(path);
    return lock;
  };
  const store = diskJournalStore({ root, durability: "relaxed", locks: { ...locks, acquire } });
  const begun = await Promise.all(Array.from({ length: 200 }, (_, index) => store.create(RunId.parse(`run${index}`))));
  await Promise.all(begun.map((journal) => journal[Symbol.asyncDispose]()));
  expect([begun.length, refused]).toEqual([200, []]);
});

it("gives a run whose owner was killed to one of 24 processes", async () => {
  await leaveDeadOwner();
  const claims = await claimAtOnce("open");
  expect(claims.filter((claim) => claim === "won 2")).toHaveLength(1);
  expect(claims.filter((claim) => claim.startsWith("RUN_LOCKED"))).toHaveLength(23);
  expect(await readdir(join(root, ".dad", "locks"))).toEqual([`${RUN}.json`, `${RUN}.lock`]);
});

it("knows an owner that lives from one that was killed", async () => {
  const store = diskJournalStore({ root });
  const { child, said } = start("claim.ts", [root, RUN, "create"]);
  await said();
  child.stdin?.write("go\n");
  expect(await said()).toBe("won 1");
  expect(await store.owner(RUN)).toMatchObject({ pid: child.pid });
  await expect(store.open(RUN)).rejects.toMatchObject({ code: "RUN_LOCKED", details: { owner: { pid: child.pid } } });
  await kill(child);
  expect(await store.owner(RUN)).toBeUndefined();
  await using journal = await store.open(RUN);
  expect(journal.epoch).toBe(2);
});

it("frees a run when its owner ends in peace", async () => {
  const { child, said } = start("claim.ts", [root, RUN, "create"]);
  await said();
  child.stdin?.write("go\n");
  expect(await said()).toBe("won 1");
  const exit = once(child, "exit");
  child.stdin?.end();
  expect(await exit).toEqual([0, null]);
  expect(await readdir(join(root, ".dad", "locks"))).toEqual([`${RUN}.lock`]);
});

it("has every acknowledged entry, and goes on, however often its writer is killed", async () => {
  const store = diskJournalStore({ root });
  let acknowledged = 0;
  for (let epoch = 1; epoch <= 6; epoch++) {
    const { child, said } = start("write-for-ever.ts", [root, RUN]);
    for (let batch = 0; batch < epoch; batch++) acknowledged = Number(await said());
    await kill(child);
    let [seen, last] = [0, 0];
    for await (const event of store.read(RUN)) [seen, last] = [event.seq, event.epoch];
    expect(seen).toBeGreaterThanOrEqual(acknowledged);
    expect(last).toBe(epoch);
  }
});

it("lets a run be taken from a process that hangs, which acknowledges nothing from then on", async () => {
  const store = diskJournalStore({ root });
  const { child, said } = start("write-for-ever.ts", [root, RUN]);
  let acknowledged = Number(await said());
  child.kill("SIGSTOP");
  await expect(store.open(RUN)).rejects.toMatchObject({ code: "RUN_LOCKED", details: { owner: { pid: child.pid, epoch: 1 } } });
  await using journal = await store.open(RUN, { takeOver: true });
  const { seq } = await journal.append({ type: "custom.emitted", name: "taken", data: null });
  const exit = once(child, "exit");
  child.kill("SIGCONT");
  for (let line = await said(); line !== "RUN_TAKEN_OVER"; line = await said()) acknowledged = Number(line);
  expect(await exit).toEqual([1, null]);
  expect(acknowledged).toBeLessThan(seq);
  expect(await journal.append({ type: "custom.emitted", name: "goes on", data: null })).toMatchObject({ seq: seq + 1, epoch: 2 });
  const epochs: number[] = [];
  for await (const event of store.read(RUN)) epochs[event.seq] = event.epoch;
  expect(epochs.slice(seq)).toEqual([2, 2]);
  expect(epochs[seq - 1]).toBe(1);
});

it("is followed from another process without a gap while its writers are killed one after the other", async () => {
  const store = diskJournalStore({ root });
  const first = start("write-for-ever.ts", [root, RUN]);
  await first.said();
  const told: number[] = [];
  const controller = new AbortController();
  const following = (async () => {
    for await (const { seq, epoch } of store.read(RUN, { follow: true, signal: controller.signal })) {
      told.push(seq);
      if (epoch === 4) controller.abort();
    }
  })().catch(() => undefined);
  await kill(first.child);
  for (let epoch = 2; epoch <= 4; epoch++) {
    const { child, said } = start("write-for-ever.ts", [root, RUN]);
    await said();
    await kill(child);
  }
  await following;
  expect(told.length).toBeGreaterThan(60);
  expect(told).toEqual(told.map((_, index) => index + 1));
});

async function leaveDeadOwner(): Promise<void> {
  const { child, said } = start("claim.ts", [root, RUN, "create"]);
  await said();
  child.stdin?.write("go\n");
  expect(await said()).toBe("won 1");
  await kill(child);
}

/** The process that had won when its claimants were told of it. */
function winnerOf(claims: readonly string[]): number | undefined {
  return children.slice(-claims.length)[claims.findIndex((claim) => claim.startsWith("won"))]?.pid;
}

async function claimAtOnce(how: "create" | "open"): Promise<string[]> {
  const claimants = Array.from({ length: 24 }, () => start("claim.ts", [root, RUN, how]));
  await Promise.all(claimants.map(({ said }) => said()));
  for (const { child } of claimants) child.stdin?.write("go\n");
  return Promise.all(claimants.map(({ said }) => said()));
}

function start(script: string, args: readonly string[]): { child: ChildProcess; said: () => Promise<string> } {
  const child = spawn(process.execPath, ["--conditions=@dad/source", join(import.meta.dirname, script), ...args], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  children.push(child);
  return { child, said: lineByLine(createInterface({ input: child.stdout })) };
}

/** Each call resolves to the next line. */
function lineByLine(reader: Interface): () => Promise<string> {
  const lines = reader[Symbol.asyncIterator]();
  return async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error("the process ended without a word");
    return value;
  };
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, "exit");
  child.kill("SIGKILL");
  await exit;
}
