import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { readBytes } from "@dad/artifacts";
import { diskArtifactStore } from "@dad/artifacts/disk";
import { Digest, digestOfBytes, hexOfDigest } from "@dad/protocol";
import { afterEach, beforeEach, expect, it } from "vitest";

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

function start(script: string, args: readonly string[]): ChildProcess {
  return spawn(process.execPath, ["--conditions=@dad/source", join(import.meta.dirname, script), ...args], { stdio: ["pipe", "pipe", "inherit"] });
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
