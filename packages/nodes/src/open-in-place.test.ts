import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { redactor } from "@dad/secrets";
import { expect, it } from "vitest";
import { noFindings } from "./folder/budget.ts";
import { FolderSettings } from "./folder/folder-settings.ts";
import { paceOf } from "./folder/pace.ts";
import { budgetOf, surveyFolder } from "./folder/survey-folder.ts";
import { listInPlace, openInPlace } from "./open-in-place.ts";
import { testingFolder } from "./testing-folder.ts";

it("opens a file and lists a directory where they are", async () => {
  await using folder = await testingFolder({ "a/b.txt": "b" });
  await using file = await openInPlace(join(folder.path, "a", "b.txt"));
  expect(await file.readFile("utf8")).toBe("b");
  expect((await listInPlace(join(folder.path, "a"))).map(({ name }) => name)).toEqual(["b.txt"]);
});

it("opens nothing behind a link", async () => {
  await using folder = await testingFolder({ "a/b.txt": "b" });
  await symlink("a", join(folder.path, "way"));
  await expect(openInPlace(join(folder.path, "way", "b.txt"))).rejects.toThrow("has become a way to another place");
  await expect(listInPlace(join(folder.path, "way"))).rejects.toThrow('"way" has become a link');
});

it("lets a walk see nothing of what is outside while directories become links and directories again, 2000 times", async () => {
  const names = Array.from({ length: 20 }, (_, index) => `sub${index}/file.txt`);
  await using outside = await testingFolder(Object.fromEntries(names.map((name) => [name, "SECRET"])));
  await using folder = await testingFolder(Object.fromEntries(names.map((name) => [`a/b/${name}`, "plain"])));
  const root = folder.path;
  await symlink(outside.path, join(root, "link"));
  const worker = new Worker(
    `const { renameSync } = require("node:fs");
    const at = (name) => require("node:worker_threads").workerData + "/" + name;
    const pause = () => { for (let step = 0; step < 200_000; step++); };
    for (let count = 0; count < 2000; count++) {
      renameSync(at("a/b"), at("aside")); renameSync(at("link"), at("a/b")); pause();
      renameSync(at("a/b"), at("link")); renameSync(at("aside"), at("a/b")); pause();
    }`,
    { eval: true, workerData: root },
  );
  const swapping = new AbortController();
  const ended = new Promise((done) => worker.once("exit", done)).finally(() => swapping.abort());
  const settings = FolderSettings.parse({ directory: "a", content: "text" });
  const directory = { workspace: root, absolute: join(root, "a"), relative: "a" };
  const survey = async () => {
    const findings = noFindings();
    const pace = paceOf(AbortSignal.timeout(60_000));
    await surveyFolder({ directory, settings, budget: budgetOf(settings), findings, pace, named: (path) => path, redactor: redactor() });
    return findings.files;
  };
  const seen: string[] = [];
  while (!swapping.signal.aborted) {
    seen.push(...(await survey()).map(({ path, content }) => `${path}: ${content}`));
  }
  expect(await ended).toBe(0);
  expect((await survey()).map(({ path }) => path)).toEqual(names.map((name) => `b/${name}`).toSorted());
  expect(seen.filter((text) => !text.endsWith(": plain"))).toEqual([]);
});
