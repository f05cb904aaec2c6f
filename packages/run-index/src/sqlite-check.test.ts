import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readIndexFile, sqliteRunIndex } from "./sqlite.ts";
import { sampleRuns } from "./testing/sample-runs.ts";

let directory: string;
let file: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "dad index "));
  file = join(directory, "index.sqlite");
});
afterEach(() => rm(directory, { recursive: true, force: true }));

describe("readIndexFile", () => {
  it("gives what was put", async () => {
    const runs = sampleRuns(20);
    await sqliteRunIndex({ file })?.put(runs);
    const state = await readIndexFile(file);
    expect(state && "runs" in state && state.runs.length).toBe(20);
  });

  it("makes no file where there is none", async () => {
    expect(await readIndexFile(file)).toBeUndefined();
    expect(existsSync(file)).toBe(false);
  });

  it("says that a file is damaged, wherever the bit is that changed, and leaves it as it is", async () => {
    await sqliteRunIndex({ file })?.put(sampleRuns(100));
    const whole = await readFile(file);
    const counts = new Set<unknown>();
    let noticed = 0;
    for (let at = 0; at < whole.length; at += 499) {
      const bytes = Buffer.from(whole);
      bytes[at]! ^= 1;
      await writeFile(file, bytes);
      const state = (await readIndexFile(file)) ?? { damage: "it is gone" };
      if ("damage" in state) noticed++;
      else counts.add(state.runs.length);
      expect(await readFile(file)).toEqual(bytes);
    }
    // What no row is in may be what it likes.
    expect([...counts]).toEqual([100]);
    expect(noticed).toBeGreaterThan(0);
    await writeFile(file, "no database at all, but long enough to look like one");
    expect(await readIndexFile(file)).toMatchObject({ damage: expect.any(String) });
  });
});
