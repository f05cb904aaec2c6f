import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { kernelLocks, memoryLocks } from "./locks.ts";

const base = await mkdtemp(join(tmpdir(), "dad locks "));
afterAll(() => rm(base, { recursive: true, force: true }));
let count = 0;
let path: string;
beforeEach(() => {
  path = join(base, `${++count}.lock`);
});

describe.each([
  ["of the kernel", kernelLocks()],
  ["in memory", memoryLocks()],
])("a lock %s", (_kind, locks) => {
  it("is held by one at a time", async () => {
    const first = await locks.acquire(path);
    expect(first).toBeDefined();
    expect(await locks.acquire(path)).toBeUndefined();
    await first?.release();
    expect(await locks.acquire(path)).toBeDefined();
  });

  it("goes to one of many who want it at once", async () => {
    const claims = await Promise.all(Array.from({ length: 20 }, () => locks.acquire(path)));
    expect(claims.filter(Boolean)).toHaveLength(1);
  });

  it("has nothing to do with one on another path", async () => {
    expect(await locks.acquire(path)).toBeDefined();
    expect(await locks.acquire(`${path} other`)).toBeDefined();
  });

  it("is seen by those who look, and not taken from its holder", async () => {
    expect(await locks.isHeld(path)).toBe(false);
    const lock = await locks.acquire(path);
    for (let look = 0; look < 3; look++) expect(await locks.isHeld(path)).toBe(true);
    expect(await locks.acquire(path)).toBeUndefined();
    await lock?.release();
    expect(await locks.isHeld(path)).toBe(false);
  });

  it("is not released twice: the second time it is somebody else's", async () => {
    const first = await locks.acquire(path);
    await first?.release();
    await locks.acquire(path);
    await first?.release();
    expect(await locks.isHeld(path)).toBe(true);
  });

  it("goes to the next one when it is broken open, and stays there when the first one releases it", async () => {
    const first = await locks.acquire(path);
    await locks.breakOpen(path);
    expect(await locks.isHeld(path)).toBe(false);
    expect(await locks.acquire(path)).toBeDefined();
    await first?.release();
    expect(await locks.isHeld(path)).toBe(true);
  });

  it("may be broken open where nobody holds it", async () => {
    await locks.breakOpen(path);
    expect(await locks.acquire(path)).toBeDefined();
  });
});

describe("the file of a kernel lock", () => {
  const locks = kernelLocks();

  it("stays empty and has no others beside it", async () => {
    const lock = await locks.acquire(path);
    expect((await stat(path)).size).toBe(0);
    await lock?.release();
    expect((await stat(path)).size).toBe(0);
    expect((await readdir(base)).filter((name) => name.startsWith(`${count}.`))).toEqual([`${count}.lock`]);
  });

  it("is not made by those who look", async () => {
    await locks.isHeld(path);
    await expect(stat(path)).rejects.toMatchObject({ code: "ENOENT" });
  });

  it("says why it cannot be made", async () => {
    await expect(locks.acquire(join(path, "below"))).rejects.toMatchObject({ code: "ENOENT", path: join(path, "below") });
  });

  it("is refused when it is something else", async () => {
    await writeFile(path, "This is the only copy of something. ".repeat(100));
    await expect(locks.acquire(path)).rejects.toThrow("file is not a database");
    await expect(locks.isHeld(path)).rejects.toThrow("file is not a database");
    expect((await stat(path)).size).toBe(3600);
  });
});
