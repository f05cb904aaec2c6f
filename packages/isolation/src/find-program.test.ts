import { chmod, mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findProgram } from "./find-program.ts";

describe.runIf(process.platform !== "win32")("a program", () => {
  let directory: string;
  const make = async (path: string, mode = 0o755): Promise<string> => {
    await writeFile(join(directory, path), "");
    await chmod(join(directory, path), mode);
    return join(directory, path);
  };
  beforeEach(async () => {
    directory = await realpath(await mkdtemp(join(tmpdir(), "dad-find-")));
    for (const name of ["first", "second"]) await mkdir(join(directory, name));
  });
  afterEach(async () => rm(directory, { recursive: true }));

  it("is the first of its name in the path that may be executed", async () => {
    await make("first/tool", 0o644);
    const tool = await make("second/tool");
    const path = ["first", "missing", "second"].map((name) => join(directory, name)).join(delimiter);
    expect(await findProgram("tool", { cwd: "/", path })).toBe(tool);
  });

  it("is looked for from the working directory when it is a path, or when the path is relative", async () => {
    const tool = await make("first/tool");
    expect(await findProgram("./first/tool", { cwd: directory, path: "" })).toBe(tool);
    expect(await findProgram(tool, { cwd: "/", path: "" })).toBe(tool);
    expect(await findProgram("tool", { cwd: directory, path: "first" })).toBe(tool);
    expect(await findProgram("tool", { cwd: join(directory, "first"), path: "" })).toBe(tool);
  });

  it.for(["tool", "./tool", "first", "./first", "", ".", "/"])("is missing when nothing of the name %j can be executed", async (program) => {
    const missing = findProgram(program, { cwd: directory, path: directory });
    await expect(missing).rejects.toMatchObject({ code: "PROGRAM_MISSING", details: { program } });
  });
});
