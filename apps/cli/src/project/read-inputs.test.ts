import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { StaticInputError } from "@dad/runner";
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
    expect((await readInputs({}, cwd)).inputs).toEqual({});
  });

  it("puts what is written out over what is in the file", async () => {
    expect((await readInputs({ input: ['c="line"', 'd={"x":[1]}'], staticInputs: "inputs.json" }, cwd)).inputs).toEqual({
      "a.b": 1,
      c: "line",
      d: { x: [1] },
    });
  });

  it("refuses what is not JSON, and names it", async () => {
    await expect(readInputs({ input: ["a=oops"] }, cwd)).rejects.toMatchObject({
      code: "STATIC_INPUTS_INVALID",
      message: expect.stringContaining("--input #1 (a), column 3: oops is no value of JSON"),
    });
    await expect(readInputs({ staticInputs: "broken.json" }, cwd)).rejects.toMatchObject({
      code: "STATIC_INPUTS_INVALID",
      message: expect.stringContaining("broken.json:2:3: oops is no value of JSON"),
    });
  });

  it("refuses a value that is given twice instead of choosing one", async () => {
    await expect(readInputs({ input: ["a=1", "a=2"] }, cwd)).rejects.toMatchObject({
      code: "STATIC_INPUTS_INVALID",
      message: '"a" is given more than once: --input #1 (a), column 3; --input #2 (a), column 3. Keep one of them',
    });
  });

  it("tells all that is wrong at once, wherever it is written", async () => {
    const refused = readInputs({ input: ["a=1", "b", "c=NaN", "a=2"], staticInputs: "broken.json" }, cwd);
    const says = [
      "broken.json:2:3: oops",
      '--input #2 is "b": write it as',
      "--input #3 (c), column 3: JSON has no NaN",
      '"a" is given more than once',
    ];
    await expect(refused).rejects.toMatchObject({ problems: says.map((one) => expect.stringContaining(one) as string) });
    const missing = readInputs({ input: ["c=NaN"], staticInputs: "nope.json" }, cwd);
    await expect(missing).rejects.toMatchObject({
      code: "STATIC_INPUTS_INVALID",
      message: expect.stringMatching(/nope\.json cannot be read.*\n--input #1/) as string,
    });
  });

  it("says of what does not fit where it is written, by the name that was given or the path that it stands for", async () => {
    const { located } = await readInputs({ input: ['main.say={"x":1}'], staticInputs: "inputs.json" }, cwd);
    const problems = [
      { name: "main.say", member: "x", message: "one" },
      { name: "main.c", message: "two" },
      { name: "earlier", message: "three" },
      { message: "four" },
    ];
    await expect(located(Promise.reject(new StaticInputError(problems)))).rejects.toMatchObject({
      code: "STATIC_INPUT_INVALID",
      message: `--input #1 (main.say), column 15: one\n${join(cwd, "inputs.json")}:1:14: two\nthree\nfour`,
    });
    await expect(located(Promise.reject(new Error("other")))).rejects.toThrow("other");
  });

  it("names a file that cannot be read", async () => {
    await expect(readInputs({ staticInputs: "nope.json" }, cwd)).rejects.toMatchObject({
      code: "STATIC_INPUTS_UNREADABLE",
      message: expect.stringContaining(join(cwd, "nope.json")),
    });
  });

  it.each<[string, () => Promise<unknown>, ...[code: string, says: string]]>([
    ["a directory", () => mkdir(join(cwd, "odd")), "STATIC_INPUTS_UNREADABLE", "it is a directory, not a file"],
    ["a pipe that nobody writes into", () => promisify(execFile)("mkfifo", [join(cwd, "odd")]), "STATIC_INPUTS_UNREADABLE", "it is a pipe"],
    ["a device", () => symlink("/dev/zero", join(cwd, "odd")), "STATIC_INPUTS_UNREADABLE", "it is a device"],
    ["a sparse file of 200 MB", () => sparse(200_000_000), "STATIC_INPUTS_UNREADABLE", "200000000 bytes, and at most 67108864"],
    ["UTF-16 with its mark", () => put(Buffer.from('\uFEFF{"a":1}', "utf16le")), "STATIC_INPUTS_INVALID", "UTF-16: save it as UTF-8"],
    ["UTF-16 without it", () => put(Buffer.from('{"a":1}', "utf16le")), "STATIC_INPUTS_INVALID", "UTF-16: save it as UTF-8"],
    ["no text", () => put(Buffer.from([0x7b, 0x22, 0xc3, 0x28])), "STATIC_INPUTS_INVALID", "it is not text in UTF-8"],
    ["a key twice", () => put('{"a":1,"a":2}'), "STATIC_INPUTS_INVALID", ':1:8: it has "a" twice'],
  ])("refuses %s at once, and says what it is", async (_what, make, ...[code, says]) => {
    await make();
    const refused = readInputs({ staticInputs: "odd" }, cwd);
    await expect(refused).rejects.toMatchObject({ code, message: expect.stringContaining(says) });
    await expect(refused).rejects.toMatchObject({ message: expect.stringContaining(join(cwd, "odd")) });
    await rm(join(cwd, "odd"), { recursive: true });
  });

  it("takes a file behind a link, with the mark of UTF-8", async () => {
    await writeFile(join(cwd, "marked.json"), '\uFEFF{"a":1}');
    await symlink("marked.json", join(cwd, "link.json"));
    expect((await readInputs({ staticInputs: "link.json" }, cwd)).inputs).toEqual({ a: 1 });
  });
});

function put(content: string | Uint8Array): Promise<void> {
  return writeFile(join(cwd, "odd"), content);
}

async function sparse(bytes: number): Promise<void> {
  await put("");
  await truncate(join(cwd, "odd"), bytes);
}
