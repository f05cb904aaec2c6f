import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { assertTreePath } from "./tree-path.ts";

const latin1 = (text: string): string => Buffer.from(text).toString("latin1");
const isRefused = (path: string, link: boolean): boolean => {
  try {
    assertTreePath(path, { link });
    return false;
  } catch (error) {
    expect(error).toMatchObject({ code: "OUTCOME_PATH_INVALID" });
    return true;
  }
};

const REFUSED = [
  ".git",
  "a/.git/config",
  ".GIT",
  "git~1",
  "GIT~1/x",
  "git~2",
  ".git ",
  ".git...",
  ".git . .",
  ".git:x",
  "git~1::$INDEX_ALLOCATION/x",
  latin1(".g\u200cit"),
  latin1("\u200f.Git/config"),
  latin1(".git\ufeff"),
  "a\\.git",
  "a\\.git\\config",
  "..",
  "a/../b",
  ".",
  "./a",
  "/etc/passwd",
  "a//b",
  "a/",
  "",
];

it.each(REFUSED)("refuses %j", (path) => {
  expect([isRefused(path, false), isRefused(path, true)]).toEqual([true, true]);
});

it.each([
  "a",
  ".gitignore",
  ".gitattributes",
  ".gitmodules",
  "git",
  ".gitx",
  "git~",
  "git~1x",
  "a.git",
  "..a",
  "a/...",
  "a\\b",
  "new\nline",
  "n\xff",
  "C:",
  "-x",
])("takes %j", (path) => {
  expect(isRefused(path, false)).toBe(false);
});

it.each([
  ".gitmodules",
  "a/.GITMODULES",
  "gitmod~1",
  ".gitmodules .",
  ".gitmodules:x",
  "GI7EBA~1",
  "gi7eb~10",
  latin1(".git\u200cmodules"),
  "a\\.gitmodules",
])("refuses a link with the name %j, and takes a file", (path) => {
  expect([isRefused(path, true), isRefused(path, false)]).toEqual([true, false]);
});

/** What git refuses of these names. */
async function refusedByGit(mode: string, paths: readonly string[]): Promise<string[]> {
  const directory = await mkdtemp(join(tmpdir(), "dad tree path "));
  try {
    const config = ["-c", "core.protectHFS=true", "-c", "core.protectNTFS=true"];
    await promisify(execFile)("git", ["init", "--quiet", "--bare", directory]);
    const running = promisify(execFile)("git", [...config, "update-index", "-z", "--index-info"], {
      env: { PATH: process.env.PATH, GIT_DIR: directory, GIT_WORK_TREE: directory, GIT_INDEX_FILE: join(directory, "index") },
      cwd: directory,
      encoding: "latin1",
    });
    running.child.stdin?.end(paths.map((path) => `${mode} ${"1".repeat(40)}\t${path}\0`).join(""), "latin1");
    return Array.from((await running).stderr.matchAll(/^Ignoring path ([^\0]*?)$/gm), ([, path = ""]) => path);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

it("refuses whatever git refuses", async () => {
  const ends = ["", " ", ".", "..", ":", ":x", "\\", "\\x", "/", "/x", "x", "~1", "~10"];
  const names = [
    ".git",
    ".gIt",
    "git~1",
    "git",
    "g",
    latin1(".gi\u200dt"),
    latin1("\u206f.git"),
    ".gitmodules",
    "gitmod~1",
    "gitmod~4",
    "gi7eba~1",
    "gi7eb~10",
    "..",
    ".",
    "a",
  ];
  const paths = names.flatMap((name) => ends.flatMap((end) => [`${name}${end}`, `a/${name}${end}`, `a\\${name}${end}`]));
  for (const mode of ["100644", "120000"]) {
    const refused = await refusedByGit(mode, paths);
    expect(refused.length).toBeGreaterThan(20);
    expect(refused.filter((path) => !isRefused(path, mode === "120000"))).toEqual([]);
  }
});
