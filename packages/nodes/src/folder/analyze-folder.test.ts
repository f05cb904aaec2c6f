import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runNode, testingContext } from "../testing-context.ts";
import { addTo, type FolderContent, testingFolder } from "../testing-folder.ts";
import { analyzeFolder } from "./analyze-folder.ts";
import { noFindings } from "./budget.ts";

type Settings = Parameters<typeof analyzeFolder>[0];

async function analyze(content: FolderContent, settings: Settings = {}) {
  await using folder = await testingFolder(content);
  return await runNode(analyzeFolder(settings), testingContext({ workspace: folder.path }).context);
}

async function pathsOf(content: FolderContent, settings: Settings = {}): Promise<readonly string[]> {
  return (await analyze(content, settings)).files.map(({ path }) => path);
}

const NOTHING = noFindings().omitted;

describe("analyzeFolder", () => {
  it("lists files with their sizes, and draws the tree", async () => {
    const output = await analyze({ "src/b.ts": "bb", "src/a.ts": "a", "src/deep/c.ts": "", "README.md": "# é", empty: null, "a.txt": "" });
    expect(output).toEqual({
      directory: ".",
      tree: ["./", "├── README.md", "├── a.txt", "├── empty/", "└── src/", "    ├── a.ts", "    ├── b.ts", "    └── deep/", "        └── c.ts"].join(
        "\n",
      ),
      files: [
        { path: "README.md", bytes: 4 },
        { path: "a.txt", bytes: 0 },
        { path: "src/a.ts", bytes: 1 },
        { path: "src/b.ts", bytes: 2 },
        { path: "src/deep/c.ts", bytes: 0 },
      ],
      omitted: NOTHING,
      complete: true,
      reached: [],
    });
  });

  it("says nothing of where the folder is, and the same wherever it is", async () => {
    const content = { "src/a.ts": "a", "src/b/c.ts": "c" };
    const outputs = [await analyze(content, { content: "text" }), await analyze(content, { content: "text" })];
    expect(outputs[0]).toEqual(outputs[1]);
    expect(JSON.stringify(outputs)).not.toContain("dad nodes");
  });

  it("reads text when it is asked to", async () => {
    const output = await analyze(
      { "a.txt": "\ufeffé\r\n", "b.png": new Uint8Array([0x89, 0, 1]), "c.txt": new Uint8Array([0xff, 0x41]) },
      { content: "text" },
    );
    expect(output.files).toEqual([
      { path: "a.txt", bytes: 7, content: "\ufeffé\r\n" },
      { path: "b.png", bytes: 3 },
      { path: "c.txt", bytes: 2 },
    ]);
    expect(output.omitted.binary).toBe(2);
  });

  it("cuts a long file, not within a character, and says so", async () => {
    const { files } = await analyze({ "a.txt": "aéb", "b.txt": "abc" }, { content: "text", maxFileBytes: 2 });
    expect(files).toEqual([
      { path: "a.txt", bytes: 4, content: "a", truncated: true },
      { path: "b.txt", bytes: 3, content: "ab", truncated: true },
    ]);
  });

  it("stops reading at the limit for all content, and says so", async () => {
    const { files, omitted, complete } = await analyze({ a: "1234", b: "1234", c: "1234" }, { content: "text", maxTotalBytes: 6 });
    expect(files).toEqual([
      { path: "a", bytes: 4, content: "1234" },
      { path: "b", bytes: 4, content: "12", truncated: true },
      { path: "c", bytes: 4 },
    ]);
    expect([omitted.withoutContent, complete]).toEqual([1, true]);
  });

  it("stops at the limit for files, and says so", async () => {
    const content = { "a/1": "", "a/2": "", b: "", c: "" };
    const output = await analyze(content, { maxFiles: 3 });
    expect([output.files.map(({ path }) => path), output.complete]).toEqual([["a/1", "a/2", "b"], false]);
    expect(output.tree).not.toContain("c");
    expect((await analyze(content, { maxFiles: 4 })).complete).toBe(true);
  });

  it("does not look into directories that are too deep, and shows them closed", async () => {
    const output = await analyze({ "a/b/c.txt": "", "a/d.txt": "", "e.txt": "" }, { maxDepth: 2 });
    expect(output.files.map(({ path }) => path)).toEqual(["a/d.txt", "e.txt"]);
    expect(output.tree).toContain("b/ …");
    expect(output.omitted.tooDeep).toBe(1);
  });

  it("never shows what is git's, nor node_modules and hidden files unless asked", async () => {
    const content = { ".git/config": "", "sub/.GIT/config": "", "node_modules/x/i.js": "", ".env": "", ".github/ci.yml": "", "a.ts": "" };
    const output = await analyze(content);
    expect([output.files.map(({ path }) => path), output.omitted.hidden, output.omitted.ignored]).toEqual([["a.ts"], 2, 1]);
    expect(await pathsOf(content, { includeHidden: true, exclude: [] })).toEqual([".env", ".github/ci.yml", "a.ts", "node_modules/x/i.js"]);
  });

  it("leaves out what .gitignore files name, the nearest deciding", async () => {
    const content = {
      ".gitignore": "*.log\nbuild/\n/top.txt\n# a comment\n!important.log\nDoc\n",
      "a.log": "",
      "important.log": "",
      "build/x.js": "",
      "build/.gitignore": "!x.js",
      "src/build": "a file, and the pattern is for directories",
      "top.txt": "",
      "src/top.txt": "",
      "src/.gitignore": "!keep.log\nlocal.*\n",
      "src/keep.log": "",
      "src/other.log": "",
      "src/local.ts": "",
      "local.ts": "",
      doc: "",
    };
    const output = await analyze(content);
    expect(output.files.map(({ path }) => path)).toEqual(["doc", "important.log", "local.ts", "src/build", "src/keep.log", "src/top.txt"]);
    expect(output.omitted.ignored).toBe(5);
  });

  it("lists what is in a directory that a nearer .gitignore took back", async () => {
    expect(await pathsOf({ ".gitignore": "cache/\n", "a/.gitignore": "!cache/\n", "a/cache/x.txt": "", "b/cache/y.txt": "" })).toEqual([
      "a/cache/x.txt",
    ]);
  });

  it("heeds the .gitignore files above the directory", async () => {
    const content = {
      ".gitignore": "*.log\n/a/b/secret.txt\n",
      "a/.gitignore": "*.tmp\n",
      "a/b/1.log": "",
      "a/b/2.tmp": "",
      "a/b/3.ts": "",
      "a/b/secret.txt": "",
    };
    const output = await analyze(content, { directory: "a/b" });
    expect([output.directory, output.files.map(({ path }) => path)]).toEqual(["a/b", ["3.ts"]]);
    expect(output.tree).toBe("a/b/\n└── 3.ts");
  });

  it("lists only what is included, and no directory without any of it", async () => {
    const content = { "src/a.ts": "", "src/a.test.ts": "", "src/b.js": "", "docs/c.md": "", "index.ts": "" };
    const output = await analyze(content, { include: ["*.ts"], exclude: ["*.test.ts"] });
    expect(output.files.map(({ path }) => path)).toEqual(["index.ts", "src/a.ts"]);
    expect(output.tree).toBe("./\n├── index.ts\n└── src/\n    └── a.ts");
    expect(output.omitted).toMatchObject({ notIncluded: 2, ignored: 1 });
  });

  it("follows no links, neither of files nor of directories nor of rules", async () => {
    await using outside = await testingFolder({ secret: "secret", rules: "*\n" });
    const content = {
      dir: { link: outside.path },
      file: { link: join(outside.path, "secret") },
      loop: { link: "." },
      dangling: { link: "gone" },
      a: "",
    };
    const output = await analyze({ ...content, ".gitignore": { link: join(outside.path, "rules") } }, { content: "text", includeHidden: true });
    expect(output.files).toEqual([{ path: "a", bytes: 0, content: "" }]);
    expect(output.omitted.links).toBe(5);
    expect(JSON.stringify(output)).not.toContain("secret");
  });

  it.each([
    ["../x", '".." leaves'],
    ["/etc", "relative"],
    ["a/../b", '".." leaves'],
    ["gone", 'no "gone"'],
    ["file", "not a directory"],
    ["file/x", "not a directory"],
    ["link", "is a link"],
    ["link/inner", "is a link"],
    [".git", "git"],
    ["a/.GIT/hooks", "git"],
  ])("refuses the directory %j", async (directory, problem) => {
    await using outside = await testingFolder({ "inner/secret": "" });
    const failure = analyze({ file: "", link: { link: outside.path }, "a/b": "", ".git/config": "" }, { directory });
    await expect(failure).rejects.toMatchObject({ code: "DIRECTORY_UNUSABLE", details: { directory } });
    await expect(failure).rejects.toThrow(problem);
  });

  it("works where commands run when the run has no outcome, and says when there is no workspace", async () => {
    await expect(runNode(analyzeFolder({}), testingContext().context)).rejects.toThrow("there is no workspace");
  });

  it("works in a workspace that is itself reached by a link", async () => {
    await using folder = await testingFolder({ "real/a.txt": "" });
    await addTo(folder.path, { alias: { link: "real" } });
    const output = await runNode(analyzeFolder({}), testingContext({ workspace: join(folder.path, "alias") }).context);
    expect(output.files.map(({ path }) => path)).toEqual(["a.txt"]);
  });

  it("draws no entries that are not there", async () => {
    const { tree } = await analyze({ "a\n├── fake": "" });
    expect(tree.split("\n")).toHaveLength(2);
  });

  it("stops when the attempt is aborted", async () => {
    await using folder = await testingFolder({ a: "" });
    const { context, controller } = testingContext({ workspace: folder.path });
    controller.abort(new Error("cancelled"));
    await expect(runNode(analyzeFolder({}), context)).rejects.toThrow("cancelled");
  });
});
