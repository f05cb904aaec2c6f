import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RunId } from "@dad/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { filesIn, memoryOutcomeRepository, type MemoryOutcomeRepository } from "./memory.ts";
import { outcomeRepositoryContract } from "./testing.ts";

let repository: MemoryOutcomeRepository;
const messageOf = (commit: string) => repository.message(commit) ?? "";
const runId = RunId.parse("run1");
const text = (content: Uint8Array | undefined) => new TextDecoder().decode(content);

outcomeRepositoryContract("memoryOutcomeRepository", { create: (base) => (repository = memoryOutcomeRepository({ base })), messageOf });

it("starts from nothing when it is given nothing", async () => {
  await using empty = memoryOutcomeRepository();
  await using run = await empty.open(runId);
  const { commit } = await run.commit({ subject: "empty" });
  expect(await empty.changes(commit)).toEqual([]);
  expect(empty.files(commit)).toEqual([]);
});

it("refuses a base with a path that is none", () => {
  expect(() => memoryOutcomeRepository({ base: [{ path: "../x", content: new Uint8Array(), executable: false }] })).toThrow(
    expect.objectContaining({ code: "OUTCOME_PATH_INVALID" }),
  );
});

describe("with directories", () => {
  let workDirectory: string;
  beforeAll(async () => {
    workDirectory = await mkdtemp(join(tmpdir(), "dad outcome "));
  });
  afterAll(() => rm(workDirectory, { recursive: true }));

  outcomeRepositoryContract("memoryOutcomeRepository with directories", {
    create: (base) => (repository = memoryOutcomeRepository({ base, workDirectory })),
    messageOf,
  });

  it("commits what nodes and commands put into the directory of a run, and leaves none of it there at the end", async () => {
    await using files = memoryOutcomeRepository({ workDirectory });
    await using run = await files.open(runId);
    const { directory = "" } = run;
    await mkdir(join(directory, "lib/.git"), { recursive: true });
    await writeFile(join(directory, "lib/.git/config"), "not content");
    await writeFile(join(directory, "lib/a.txt"), "a");
    await writeFile(join(directory, "run.sh"), "#!/bin/sh\n", { mode: 0o755 });
    const { commit } = await run.commit({ subject: "by hand" });
    expect(files.files(commit)?.map(({ path, content, executable }) => [path, text(content), executable])).toEqual([
      ["lib/a.txt", "a", false],
      ["run.sh", "#!/bin/sh\n", true],
    ]);
    await run[Symbol.asyncDispose]();
    expect(await readdir(workDirectory)).toEqual([]);
  });

  it("starts from the files of a directory, without its links", async () => {
    const seed = join(workDirectory, "seed");
    await mkdir(join(seed, "a"), { recursive: true });
    await writeFile(join(seed, "a/b.txt"), "b");
    await symlink(workDirectory, join(seed, "out"));
    await using files = memoryOutcomeRepository({ base: await filesIn(seed) });
    await using run = await files.open(runId);
    expect(files.files((await run.commit({ subject: "as it was" })).commit)?.map(({ path }) => path)).toEqual(["a/b.txt"]);
    await rm(seed, { recursive: true });
  });

  it("keeps no link, follows none, and writes through none", async () => {
    await using files = memoryOutcomeRepository({ workDirectory });
    await using run = await files.open(runId);
    const { directory = "" } = run;
    await symlink(workDirectory, join(directory, "out"));
    const refused = { code: "OUTCOME_PATH_INVALID" };
    await expect(run.commit({ subject: "with a link" })).rejects.toMatchObject(refused);
    await expect(run.write({ path: "out/x", content: new Uint8Array(), executable: false })).rejects.toMatchObject(refused);
    await expect(run.read("out/x")).rejects.toMatchObject(refused);
    expect(await run.read("out")).toBeUndefined();
  });

  it("brings no changes to where a link is, and none through it", async () => {
    const outside = join(workDirectory, "outside");
    await mkdir(outside);
    await writeFile(join(outside, "x"), "outside");
    await using files = memoryOutcomeRepository({ workDirectory });
    await using other = await files.open(RunId.parse("run2"));
    for (const path of ["dir/x", "file"]) await other.write({ path, content: new Uint8Array(), executable: false });
    const { commit: to, parent: from = "" } = await other.commit({ subject: "to" });
    await using run = await files.open(runId);
    const { directory = "" } = run;
    await symlink("elsewhere", join(directory, "file"));
    await symlink(outside, join(directory, "dir"));
    const refused = { code: "OUTCOME_CONFLICT", details: { paths: ["dir/x", "file"] } };
    await expect(run.bring({ from, to })).rejects.toMatchObject(refused);
    await expect(run.bring({ from: to, to: from })).rejects.toMatchObject({ details: { paths: ["file"] } });
    await rm(join(directory, "file"));
    await run.bring({ from: to, to: from });
    expect(await readdir(outside)).toEqual(["x"]);
    expect(await readdir(directory)).toEqual(["dir"]);
    await rm(outside, { recursive: true });
  });

  it("takes the directories of open runs away when it is closed", async () => {
    const files = memoryOutcomeRepository({ workDirectory });
    await files.open(runId);
    await files[Symbol.asyncDispose]();
    expect(await readdir(workDirectory)).toEqual([]);
  });

  it("says what is wrong with the place for them", async () => {
    expect(() => memoryOutcomeRepository({ workDirectory: "here" })).toThrow(TypeError);
    await mkdir(join(workDirectory, "run1"));
    await using files = memoryOutcomeRepository({ workDirectory });
    await expect(files.open(runId)).rejects.toMatchObject({ code: "OUTCOME_FAILED" });
    await rm(join(workDirectory, "run1"), { recursive: true });
    await using run = await files.open(runId);
    await rm(run.directory ?? "", { recursive: true });
    await expect(run.commit({ subject: "gone" })).rejects.toMatchObject({ code: "OUTCOME_FAILED" });
    await mkdir(run.directory ?? "");
  });
});
