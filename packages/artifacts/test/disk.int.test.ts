import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { readBytes } from "@dad/artifacts";
import { checkDiskArtifacts, diskArtifactStore, removeLeftovers } from "@dad/artifacts/disk";
import { Digest, digestOfBytes, hexOfDigest } from "@dad/protocol";
import { afterEach, beforeEach, expect, it } from "vitest";

const MIB = 1024 * 1024;
/** A user who owns nothing, on every system that has users with numbers. */
const NOBODY = 65_534;

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "dad artifacts "));
});
afterEach(() => rm(root, { recursive: true, force: true }));

it("has only whole content after its writers were killed", async () => {
  for (let round = 0; round < 5; round++) {
    const writers = ["a", "b"].map((name) => start("put-for-ever.ts", [root, `${name}${round}`]));
    // Killed in the middle of whatever follows the first puts, which is another place in each round.
    await Promise.all(writers.map((writer) => lines(writer, 1 + round)));
    await Promise.all(writers.map((writer) => kill(writer)));
  }
  await using store = diskArtifactStore({ root });
  let whole = 0;
  for await (const digest of store.list()) {
    expect(digestOfBytes(await readBytes(store, digest))).toBe(digest);
    whole++;
  }
  expect(whole).toBeGreaterThanOrEqual(10);
  // What they had not finished is nobody's now.
  await removeLeftovers({ root });
  expect(await readdir(join(root, "tmp"))).toEqual([]);
  for await (const finding of checkDiskArtifacts({ root })) expect(finding).toBeUndefined();
});

it("leaves what a living process writes, whatever was killed beside it", async () => {
  const [living, killed] = ["living", "killed"].map((name) => start("put-for-ever.ts", [root, name]));
  await Promise.all([living, killed].map((writer) => lines(writer!, 2)));
  await kill(killed!);
  expect(await removeLeftovers({ root })).toHaveLength(1);
  // It goes on as if nothing had happened.
  await lines(living!, 20);
  await kill(living!);
});

it("has a large content in and out with little memory", async () => {
  const size = Number(process.env["DAD_LARGE_ARTIFACT_MIB"] ?? 512) * MIB;
  const [line = ""] = await lines(start("put-large.ts", [root, String(size)]), 1);
  const { put, read, placed, peakAtFirst = 0, peakInAndOut, peakInTheEnd }: Report = JSON.parse(line);
  expect(read).toEqual(put);
  expect(put).toMatchObject({ size });
  expect(placed).toBe(size);
  expect(peakInAndOut).toBeLessThan(150 * MIB);
  // Who is given pieces may keep them. Those that are not kept wait for the garbage collector, which is in no hurry.
  expect(peakInTheEnd).toBeLessThan(peakAtFirst + 200 * MIB);
});

/** What `put-large.ts` prints. */
interface Report {
  readonly put: unknown;
  readonly read: unknown;
  readonly placed: number;
  readonly peakAtFirst?: number;
  readonly peakInAndOut: number;
  readonly peakInTheEnd: number;
}

it("keeps a user from writing to content through the view that shows it", async () => {
  const user = process.getuid?.() === 0 ? NOBODY : process.getuid?.();
  await chmod(root, 0o777);
  const [line = ""] = await lines(start("place-large.ts", [root], user), 1);
  expect(JSON.parse(line)).toEqual({ edit: "EACCES", whole: true });
});

it("stores content once that several processes put at once", async () => {
  const writers = ["1", "1", "1", "2"].map((byte) => start("put-once.ts", [root, byte]));
  // Watched from the beginning: one may be over before the last one answers.
  const exits = Promise.all(writers.map((writer) => once(writer, "exit")));
  await Promise.all(writers.map((writer) => lines(writer, 1)));
  const answers = writers.map((writer) => lines(writer, 1));
  for (const writer of writers) writer.stdin?.write("go\n");
  const digests = (await Promise.all(answers)).flat();
  expect(await exits).toEqual(writers.map(() => [0, null]));
  expect(digests).toEqual([1, 1, 1, 2].map((byte) => digestOfBytes(Buffer.alloc(1024 * 1024, byte))));
  const names = [...new Set(digests)].map((digest) => hexOfDigest(Digest.parse(digest)));
  expect((await readdir(join(root, "blobs", "sha256"))).sort()).toEqual(names.sort());
});

function start(script: string, args: readonly string[], user?: number): ChildProcess {
  const command = ["--conditions=@dad/source", join(import.meta.dirname, script), ...args];
  return spawn(process.execPath, command, { stdio: ["pipe", "pipe", "inherit"], ...(user === undefined ? {} : { uid: user }) });
}

async function lines(child: ChildProcess, count: number): Promise<string[]> {
  const found: string[] = [];
  const reader = createInterface({ input: child.stdout! });
  for await (const line of reader) {
    found.push(line);
    if (found.length === count) break;
  }
  return found;
}

async function kill(child: ChildProcess): Promise<void> {
  const exit = once(child, "exit");
  child.kill("SIGKILL");
  await exit;
}
