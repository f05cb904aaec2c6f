import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { start } from "./processes.ts";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "dad faulty disk "));
});
afterEach(() => rm(root, { recursive: true, force: true }));

/** How the process ended, and what it left. */
async function run(number: number, when: string): Promise<unknown> {
  const { child } = start("write-until-killed.ts", root, String(number), when);
  const [code, signal] = (await once(child, "exit")) as [number | null, string | null];
  const files = await Promise.all((await readdir(root)).map(async (name) => [name, await readFile(join(root, name), "utf8")]));
  return [code, signal, Object.fromEntries(files)];
}

it.each([
  [1, "before", {}],
  [1, "after", { first: "" }],
  [2, "during", { first: "01234" }],
  [3, "before", { first: "0123456789" }],
  [4, "during", { first: "0123456789" }],
  [4, "after", { second: "0123456789" }],
])("lets a process be killed at call %i, %s it, with what the disk then holds", async (number, when, left) => {
  expect(await run(number, when)).toEqual([null, "SIGKILL", left]);
});

it("lets a process live that comes to no crash", async () => {
  expect(await run(5, "before")).toEqual([0, null, { second: "0123456789" }]);
});
