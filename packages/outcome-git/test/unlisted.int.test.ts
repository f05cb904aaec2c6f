import { execFile } from "node:child_process";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { OutcomeRepository, RunOutcome } from "@dad/outcome";
import { gitOutcomeRepository } from "@dad/outcome-git";
import { RunId } from "@dad/protocol";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openPlaces, type Places, textFile } from "./places.ts";

let places: Places;
let repository: OutcomeRepository;
let run: RunOutcome;
beforeEach(async () => {
  places = await openPlaces([textFile("a.txt", "a")]);
  repository = gitOutcomeRepository(places);
  run = await repository.open(RunId.parse("run1"));
});
afterEach(async () => {
  await repository[Symbol.asyncDispose]();
  await places[Symbol.asyncDispose]();
});

const at = (path: string): string => join(String(run.directory), path);
const refused = (path: string): object => ({ code: "OUTCOME_PATH_INVALID", details: { path } });

describe("a working tree is refused", () => {
  it.each([".gitignore", ".gitattributes", "sub/.git/HEAD", "sub/.git/commondir"])("with a pipe for which git would wait, at %s", async (path) => {
    await writeFile(at("a.txt"), "b");
    await run.commit({ subject: "first" });
    await mkdir(at("sub/.git/objects"), { recursive: true });
    await mkdir(at("sub/.git/refs"));
    await writeFile(at("sub/.git/HEAD"), "ref: refs/heads/main\n");
    await rm(at(path), { force: true });
    await promisify(execFile)("mkfifo", [at(path)]);
    // As large as before, so that git reads it, and asks what its attributes are.
    await writeFile(at("a.txt"), "c");
    await expect(run.commit({ subject: "x" })).rejects.toMatchObject(refused(path));
    await rm(at(path));
    await run.commit({ subject: "x" });
  });

  it("with a directory into which git cannot look, and nothing of it is lost", async () => {
    const name = "d".repeat(200);
    // A path of more than 4096 bytes is only made from inside.
    const script = 'for (let i = 0; i < 25; i++) fs.mkdirSync(process.argv[1]), process.chdir(process.argv[1]); fs.writeFileSync("x", "x")';
    await promisify(execFile)(process.execPath, ["--eval", script, name], { cwd: run.directory });
    const top = { code: "OUTCOME_PATH_INVALID", message: expect.stringContaining("git cannot look into it (File name too long)") as unknown };
    await expect(run.commit({ subject: "x" })).rejects.toMatchObject(top);
    await expect(run[Symbol.asyncDispose]()).rejects.toMatchObject({ code: "OUTCOME_NOT_KEPT", cause: top });
    await promisify(execFile)("rm", ["-r", at(name)]);
  });
});
