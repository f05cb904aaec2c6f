import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { NodeContext } from "@dad/agent";
import { analyzeFolder } from "@dad/nodes";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";

const FILES = ["a", "b.log", "A", "x/a", "x/b.log", "x/y/a", "x/y/b.log", "y/a", "y/x/b.log", "a.b/c"];
const ODD_FILES = ["#a", "!a", "a ", "a b", "x/#a", "x/!a", "x/a*", "x/a ", "[x]/a", "[x]/#a", "x/\\a", "é/ü", "a]", "x/-", "ab", "x/Ab", "z"];

const name = fc.constantFrom("a", "b.log", "*.log", "x", "y", "A", "?", "*", "a*", "**", "[ab]*");
const oddName = fc.constantFrom(
  "\\#a",
  "\\!a",
  "#a",
  "!a",
  "a\\ ",
  "a ",
  "a  ",
  "a b",
  "a\\*",
  "[!a]*",
  "[^a]*",
  "[a-c]",
  "[x]",
  "\\[x\\]",
  "\\[x]",
  "*",
  // No `?` here: it is a character to the library and a byte to git.
  "é",
  "*ü",
  "\\a",
  "a\\]",
  "[-a]*",
  "[]a]*",
  "**a",
  "**",
  "[[:upper:]]*",
  "x",
  "[A-Z]*",
);

function gitignoreOf(names: fc.Arbitrary<string>) {
  const pattern = fc
    .tuple(fc.constantFrom("", "!", "!"), fc.constantFrom("", "/"), fc.array(names, { minLength: 1, maxLength: 3 }), fc.constantFrom("", "/", " "))
    .map(([negation, root, parts, end]) => `${negation}${root}${parts.join("/")}${end}`);
  return fc.array(pattern, { maxLength: 4 }).map((patterns) => patterns.join("\n"));
}

const folders: string[] = [];
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

async function folderOf(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "dad ignore "));
  folders.push(folder);
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  return folder;
}

function byGit(folder: string): readonly string[] {
  const env = { PATH: process.env["PATH"] ?? "", HOME: folder, GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_SYSTEM: "/dev/null" };
  const git = (...args: string[]) => execFileSync("git", args, { cwd: folder, env, encoding: "utf8" });
  git("init", "--quiet", "--template=");
  return git("ls-files", "--others", "--exclude-standard", "-z").split("\0").filter(Boolean).sort();
}

async function byNode(folder: string): Promise<readonly string[]> {
  const { nodeType } = analyzeFolder({});
  const context: Pick<NodeContext, "signal" | "workspace"> = { signal: new AbortController().signal, workspace: folder };
  const output = await nodeType.execute(context as NodeContext, {
    settings: nodeType.settings.parse({ includeHidden: true, exclude: [] }),
    input: undefined,
  });
  return (output as { files: { path: string }[] }).files.map(({ path }) => path).sort();
}

describe("a .gitignore", () => {
  it.each([
    ["with patterns at several levels", FILES, gitignoreOf(name), ["x/.gitignore", "x/y/.gitignore"]],
    ["with escapes, classes and white space", [...FILES, ...ODD_FILES], gitignoreOf(oddName), ["x/.gitignore", "[x]/.gitignore"]],
  ])("%s leaves out what git leaves out (D-62)", async (...[, files, gitignore, [one = "", two = ""]]) => {
    await fc.assert(
      fc.asyncProperty(gitignore, gitignore, gitignore, async (top, first, second) => {
        const content = Object.fromEntries(files.map((path) => [path, ""]));
        const folder = await folderOf({ ...content, ".gitignore": top, [one]: first, [two]: second });
        expect(await byNode(folder)).toEqual(byGit(folder));
      }),
      { numRuns: 50 },
    );
  });
});
