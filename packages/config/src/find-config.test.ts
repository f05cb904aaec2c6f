import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, parse } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CONFIG_FILE_NAMES, findConfig } from "./find-config.ts";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "dad config "));
  await mkdir(join(root, "a/b/c"), { recursive: true });
});
afterEach(() => rm(root, { recursive: true, force: true }));

describe("findConfig", () => {
  it("finds the nearest config, in the directory itself or above it", async () => {
    await writeFile(join(root, "dad.config.ts"), "");
    await writeFile(join(root, "a/b/dad.config.mjs"), "");
    expect(await findConfig(join(root, "a/b/c"))).toBe(join(root, "a/b/dad.config.mjs"));
    expect(await findConfig(join(root, "a/b"))).toBe(join(root, "a/b/dad.config.mjs"));
    expect(await findConfig(join(root, "a"))).toBe(join(root, "dad.config.ts"));
  });

  it("prefers TypeScript to JavaScript in one directory", async () => {
    for (const name of [...CONFIG_FILE_NAMES].reverse()) {
      await writeFile(join(root, name), "");
      expect(await findConfig(root)).toBe(join(root, name));
    }
  });

  it("passes by a directory of that name, and starts from one that is not there", async () => {
    await mkdir(join(root, "a/dad.config.ts"));
    await writeFile(join(root, "dad.config.js"), "");
    expect(await findConfig(join(root, "a/not/there"))).toBe(join(root, "dad.config.js"));
  });

  it("ends at the root of the file system", async () => {
    expect(await findConfig(parse(root).root)).toBeUndefined();
  });

  it("stops when its signal is aborted", async () => {
    await expect(findConfig(root, { signal: AbortSignal.abort("enough") })).rejects.toBe("enough");
  });
});
