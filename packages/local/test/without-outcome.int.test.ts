import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { agent, defineNode } from "@dad/agent";
import { checkStore, collectGarbage } from "@dad/doctor";
import { localMaintenance, type LocalStore, localStore, resumeAgent, runAgent } from "@dad/local";
import { staticResourceRegistry } from "@dad/resources/static";
import { listRuns } from "@dad/run-context";
import { afterEach, beforeEach, expect, it } from "vitest";
import { z } from "zod";

let projectRoot: string;
let fails: boolean;
beforeEach(async () => {
  projectRoot = await mkdtemp(join(tmpdir(), "dad without "));
  await mkdir(join(projectRoot, "files"));
  await writeFile(join(projectRoot, "files", "given.txt"), "given");
  fails = false;
});
afterEach(() => rm(projectRoot, { recursive: true, force: true }));

/** Where git is searched, and is not. */
const NOWHERE = () => ({ PATH: projectRoot });
const ports = { resources: staticResourceRegistry({ profiles: { default: {} } }).profile() };
const inStore = async (work: (store: LocalStore) => Promise<void>): Promise<void> => {
  await using store = localStore({ projectRoot, workspace: "files", hostEnv: NOWHERE(), durability: "relaxed" });
  await work(store);
};

/** Adds its name to a file of the workspace. */
const add = defineNode({
  type: "add",
  version: "1",
  effect: "idempotent",
  workspace: "confined",
  settings: z.object({ mayFail: z.boolean() }),
  output: z.object({ commits: z.boolean() }),
  async execute({ path, workspace = "", outcome }, { settings }) {
    if (fails && settings.mayFail) throw new Error("it was to fail");
    await writeFile(join(workspace, "given.txt"), `\n${path}`, { flag: "a" });
    return { commits: outcome !== undefined };
  },
});
const main = agent("main")
  .node("one", add({ mayFail: false }))
  .node("two", add({ mayFail: true }));

it("needs no git: it works with the files of the project in a directory of its own, which goes on being its own", async () => {
  await inStore(async (store) => {
    fails = true;
    const { run } = await runAgent(main, { store, ports: { ...ports, outcome: false }, runId: "r" });
    expect(run).toMatchObject({ status: "failed", outcome: null, workspace: "workspace" });
    fails = false;
    // As it was begun it goes on, whatever is asked for now.
    expect((await resumeAgent(main, { store, ports, runId: "r" })).run).toMatchObject({ status: "completed", outcome: null });
    expect(await readFile(join(run.runDir, "workspace", "given.txt"), "utf8")).toBe("given\nmain.one\nmain.two");
    expect(await readFile(join(projectRoot, "files", "given.txt"), "utf8")).toBe("given");
  });
  await using maintained = localMaintenance({ runRoot: join(projectRoot, "runs"), hostEnv: process.env });
  expect((await checkStore(maintained)).findings).toEqual([]);
  const { objects } = await collectGarbage(maintained, {});
  expect(objects.filter(({ where }) => where.includes("workspace"))).toEqual([]);
});

it.each([
  ["none", undefined],
  ["one that is too old", "#!/bin/sh\necho git version 2.31.9\n"],
])("says before a run is made that outcomes need a git, where there is %s, and what else can be done", async (_what, program) => {
  if (program !== undefined) {
    await writeFile(join(projectRoot, "git"), program);
    await chmod(join(projectRoot, "git"), 0o755);
  }
  await inStore(async (store) => {
    await expect(runAgent(main, { store, ports })).rejects.toMatchObject({
      code: "GIT_UNAVAILABLE",
      message: expect.stringMatching(/install git \d.* or newer.*--no-outcome/) as unknown,
    });
    expect(await listRuns(store.journals, { runRoot: store.runRoot })).toMatchObject({ runs: [], unreadable: [] });
  });
});
