import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readInputs } from "./read-inputs.ts";

let cwd: string;
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "dad inputs "));
  await writeFile(join(cwd, "inputs.json"), '{"a.b":1,"c":"file"}');
  await writeFile(join(cwd, "broken.json"), '{"a":\n  oops}');
});
afterAll(() => rm(cwd, { recursive: true }));

describe("readInputs", () => {
  it("gives nothing when nothing is given", async () => {
    expect(await readInputs({}, cwd)).toEqual({});
  });

  it("puts what is written out over what is in the file", async () => {
    expect(await readInputs({ input: ['c="line"', 'd={"x":[1]}'], staticInputs: "inputs.json" }, cwd)).toEqual({
      "a.b": 1,
      c: "line",
      d: { x: [1] },
    });
  });

  it("refuses what is not JSON, and names it", async () => {
    await expect(readInputs({ input: ["a=oops"] }, cwd)).rejects.toMatchObject({
      code: "STATIC_INPUTS_INVALID",
      message: expect.stringContaining("input a"),
    });
    await expect(readInputs({ staticInputs: "broken.json" }, cwd)).rejects.toMatchObject({
      code: "STATIC_INPUTS_INVALID",
      message: expect.stringContaining("broken.json"),
    });
  });

  it("refuses a value that is given twice instead of choosing one", async () => {
    await expect(readInputs({ input: ["a=1", "a=2"] }, cwd)).rejects.toMatchObject({
      code: "STATIC_INPUTS_INVALID",
      message: expect.stringContaining("twice"),
    });
  });

  it("names a file that cannot be read", async () => {
    await expect(readInputs({ staticInputs: "nope.json" }, cwd)).rejects.toMatchObject({
      code: "STATIC_INPUTS_UNREADABLE",
      message: expect.stringContaining(join(cwd, "nope.json")),
    });
  });
});
