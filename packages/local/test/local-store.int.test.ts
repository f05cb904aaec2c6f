import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { localStore } from "@dad/local";
import { RunId } from "@dad/protocol";
import { afterEach, beforeEach, expect, it } from "vitest";

const runId = RunId.parse("run1");
let projectRoot: string;
beforeEach(async () => {
  projectRoot = await mkdtemp(join(tmpdir(), "dad local "));
});
afterEach(() => rm(projectRoot, { recursive: true, force: true }));

it("searches git in the PATH of the host, and only there", async () => {
  const found = join(projectRoot, "git");
  await using store = localStore({ projectRoot, hostEnv: { PATH: projectRoot } });
  await expect(store.outcomes.find(runId)).rejects.toMatchObject({ code: "GIT_UNAVAILABLE" });
  await writeFile(found, "#!/bin/sh\necho git version 2.31.9\n");
  await chmod(found, 0o755);
  await expect(store.outcomes.find(runId)).rejects.toMatchObject({ code: "GIT_UNAVAILABLE", details: { found: "2.31.9" } });
});

it("finds git in the usual directories when it is told nothing of the host", async () => {
  await using store = localStore({ projectRoot });
  expect(await store.outcomes.find(runId)).toBeUndefined();
});

it.each(["../other", "..", "", "a/b", "con", "-x", "x.", "a\0b"])("takes no project that is called %j", (project) => {
  expect(() => localStore({ projectRoot, project })).toThrow(TypeError);
});

it.each([
  ["my project", "my-project"],
  ["名前", "project"],
  ["con", "project"],
])("names the outcomes of a project in a directory %j: %s", async (directory, name) => {
  await using store = localStore({ projectRoot: join(projectRoot, directory) });
  expect(basename(store.outcomes.location)).toBe(name);
});
