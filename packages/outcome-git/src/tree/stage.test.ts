import { spawn } from "node:child_process";
import { OutcomeFailedError } from "@dad/outcome";
import { expect, it } from "vitest";
import type { Git } from "../git/git.ts";
import { leadsOutside } from "./leads-outside.ts";
import { stageTree } from "./stage.ts";

it.each([
  ["link", "file"],
  ["link", "./dir//file"],
  ["a/link", "../file"],
  ["a/b/link", "../../c/d"],
  ["link", "..."],
])("says that a link at %j to %j stays inside", (path, target) => {
  expect(leadsOutside(path, target)).toBe(false);
});

it.each([
  ["link", "/etc/passwd"],
  ["link", ".."],
  ["link", "../x"],
  ["a/link", "../../x"],
  ["a/link", ".././.."],
  ["a/link", "b/../../.."],
  ["link", "a/.."],
  ["link", "C:/x"],
  ["link", "..\\x"],
])("says that a link at %j to %j may lead out", (path, target) => {
  expect(leadsOutside(path, target)).toBe(true);
});

/** git, for which something is wrong with some of the attempts to add. */
function gitThatSays(problem: string, times: number) {
  let adds = 0;
  const unused = () => Promise.reject(new TypeError("not expected"));
  const git: Git = {
    author: { name: "x", email: "x@example.org" },
    async run([command]) {
      if (command !== "add") return command === "write-tree" ? "tree\n" : "";
      adds += 1;
      if (adds <= times) throw new OutcomeFailedError("run git add", "/work", { cause: new Error(problem) });
      return "";
    },
    bytes: () => Promise.resolve(Buffer.alloc(0)),
    objects: unused,
    report: unused,
    // It lists nothing.
    start: () => spawn(process.execPath, ["--eval", ""]),
    assertAvailable: unused,
  };
  return { git, adds: () => adds };
}

const call = { gitDir: "/repository", workTree: "/work", index: "/index" };

it.each([
  "fatal: unable to stat 'tmp/8': No such file or directory",
  "error: open(\"t1\"): No such file or directory\nerror: unable to index file 't1'\nfatal: updating files failed",
  "error: t1: short read while indexing t1",
])("adds once more when somebody takes a file away in that moment: %s", async (problem) => {
  const { git, adds } = gitThatSays(problem, 3);
  await expect(stageTree(git, {}, call)).resolves.toBe("tree");
  expect(adds()).toBe(4);
});

it("does not try for ever, and not at all when something else is wrong", async () => {
  const vanishing = gitThatSays("fatal: unable to stat 'x': No such file or directory", Infinity);
  await expect(stageTree(vanishing.git, {}, call)).rejects.toMatchObject({ code: "OUTCOME_FAILED" });
  expect(vanishing.adds()).toBe(20);
  const full = gitThatSays("error: unable to write file: No space left on device", Infinity);
  await expect(stageTree(full.git, {}, call)).rejects.toMatchObject({ code: "OUTCOME_FAILED" });
  expect(full.adds()).toBe(1);
});
