import { describe, expect, it } from "vitest";
import fc from "fast-check";
import { runNode, testingContext } from "../testing-context.ts";
import { type FolderContent, testingFolder } from "../testing-folder.ts";
import { analyzeFolder } from "./analyze-folder.ts";

type Settings = Parameters<typeof analyzeFolder>[0];

async function analyze(content: FolderContent, settings: Settings) {
  await using folder = await testingFolder(content);
  return await runNode(analyzeFolder(settings), testingContext({ workspace: folder.path }).context);
}

const wordsOf = (text = "") => text.split(/[\t-\r ]+/).filter(Boolean).length;
const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

describe("the content of files", () => {
  it("is the first lines in a preview (row 96)", async () => {
    const content = { "a.txt": "1\n2\n3\n4\n5\n6\n", "b.txt": "1\r\n2\r\n3\r\n4\r\n5", "c.txt": "" };
    const { files } = await analyze(content, { content: "preview" });
    expect(files).toEqual([
      { path: "a.txt", bytes: 12, content: "1\n2\n3\n4\n5\n", truncated: true },
      { path: "b.txt", bytes: 13, content: "1\r\n2\r\n3\r\n4\r\n5" },
      { path: "c.txt", bytes: 0, content: "" },
    ]);
    expect((await analyze(content, { content: "preview", previewLines: 6 })).files[0]).toEqual({
      path: "a.txt",
      bytes: 12,
      content: content["a.txt"],
    });
  });

  it("is an outline, as a list and as lines, of what has one (row 96)", async () => {
    const { files, omitted } = await analyze(
      { "a.py": "class A:\n  def b(self): pass\n", "b.json": "{}" },
      { content: "structure", detail: "basic" },
    );
    const method = { kind: "method", name: "b", line: 2, endLine: 2 };
    expect(files).toEqual([
      {
        path: "a.py",
        bytes: 29,
        content: "class A [1-2]\n  method b [2]",
        outline: [{ kind: "class", name: "A", line: 1, endLine: 2, children: [method] }],
      },
      { path: "b.json", bytes: 2 },
    ]);
    expect(omitted.withoutOutline).toBe(1);
  });

  it("is without what was excluded (row 96)", async () => {
    const { files } = await analyze({ "a.ts": "// a\n\nconst a = 1; // b\n" }, { content: "text", contentExclusions: ["comments", "blankLines"] });
    expect(files).toEqual([{ path: "a.ts", bytes: 24, content: "const a = 1;\n" }]);
  });

  it("is cut after so many words, with the white space between them (row 96)", async () => {
    const { files, reached } = await analyze(
      { "a.txt": "one  two\n\tthree four", "b.txt": "one two three\n" },
      { content: "text", maxWordsPerFile: 3 },
    );
    expect(files).toEqual([
      { path: "a.txt", bytes: 20, content: "one  two\n\tthree", truncated: true },
      { path: "b.txt", bytes: 14, content: "one two three\n" },
    ]);
    expect(reached).toEqual(["maxWordsPerFile"]);
  });

  it("ends at the words for all files (row 96)", async () => {
    const { files, omitted, reached } = await analyze({ a: "one two", b: "three four", c: "five" }, { content: "text", maxTotalWords: 3 });
    expect(files.map(({ content }) => content)).toEqual(["one two", "three", undefined]);
    expect([omitted.withoutContent, reached]).toEqual([1, ["maxTotalWords"]]);
  });

  it("is cut at the bytes for one file whether or not anything is counted (D-62)", async () => {
    for (const stats of [false, true]) {
      const { files, reached } = await analyze({ "a.txt": "0123456789" }, { content: "text", maxFileBytes: 4, stats });
      expect(files).toMatchObject([{ content: "0123", truncated: true }]);
      expect(reached).toEqual(["maxFileBytes"]);
    }
  });

  it("is no text in UTF-16, as for git", async () => {
    const { files, omitted } = await analyze({ "a.txt": new Uint8Array(Buffer.from("\ufeffab", "utf16le")) }, { content: "text" });
    expect([files, omitted.binary]).toEqual([[{ path: "a.txt", bytes: 6 }], 1]);
  });

  it.each<[Settings, string]>([
    [{ content: "text", previewLines: 3 }, "previewLines"],
    [{ content: "text", detail: "full" }, "detail"],
    [{ content: "structure", contentExclusions: ["comments"] }, "contentExclusions"],
    [{ content: "structure", maxFileBytes: 2_000_000 }, "maxFileBytes"],
  ])("is not asked for with a setting that does nothing: %j", async (settings, name) => {
    await expect(analyze({}, settings)).rejects.toThrow(name);
  });

  it.each(["text", "preview", "structure"] as const)("stays within every limit, and what is left out is said: %s", async (content) => {
    const text = fc.oneof(fc.string({ unit: "grapheme", maxLength: 40 }), fc.constantFrom("class A: pass\n".repeat(4), "# a b\n\n## c\n", "é é\né"));
    const tree = fc.dictionary(fc.constantFrom("a.py", "b/c.md", "b/d.txt", "e.py", "f/g/h.py"), text);
    const limit = (max: number) => fc.option(fc.integer({ min: 0, max }), { nil: undefined });
    const limits = fc.record({
      maxFileBytes: fc.integer({ min: 1, max: 60 }),
      maxTotalBytes: fc.integer({ min: 0, max: 120 }),
      maxFiles: fc.integer({ min: 1, max: 5 }),
      maxWordsPerFile: limit(8),
      maxTotalWords: limit(16),
    });
    await fc.assert(
      fc.asyncProperty(tree, limits, async (tree, limits) => {
        const { files, reached, complete, omitted } = await analyze(tree, { content, ...limits });
        const bytes = files.map((file) => Buffer.byteLength(file.content ?? ""));
        const words = files.map((file) => wordsOf(file.content));
        expect(files.length).toBeLessThanOrEqual(limits.maxFiles);
        expect(Math.max(0, ...bytes)).toBeLessThanOrEqual(limits.maxFileBytes);
        expect(sum(bytes)).toBeLessThanOrEqual(limits.maxTotalBytes);
        expect(Math.max(0, ...words)).toBeLessThanOrEqual(limits.maxWordsPerFile ?? Infinity);
        expect(sum(words)).toBeLessThanOrEqual(limits.maxTotalWords ?? Infinity);
        expect(complete).toBe(Object.keys(tree).length <= limits.maxFiles);
        expect(reached.includes("maxFiles")).toBe(!complete);
        const cut = files.some(({ truncated }) => truncated) || omitted.withoutContent > 0;
        // A preview is cut by its nature.
        expect(reached.some((name) => name !== "maxFiles") || content === "preview").toBe(cut || content === "preview");
        const wrong = files.filter(
          ({ path, content = "", truncated = false }) => !tree[path]?.startsWith(content) || truncated !== (content !== tree[path]),
        );
        expect(content === "text" && omitted.withoutContent === 0 ? wrong : []).toEqual([]);
      }),
      { numRuns: 30 },
    );
  });
});

describe("statistics", () => {
  it("count lines, words and kinds, of binary files their bytes (row 96)", async () => {
    const content = { "a.ts": "const a = 1;\n\nb", "b/c.py": "x\n", "b/d.bin": new Uint8Array([0, 1]), "e.txt": "" };
    const { files, stats } = await analyze(content, { stats: true });
    expect(files).toEqual([
      { path: "a.ts", bytes: 15, kind: "typescript", lines: 3, words: 5 },
      { path: "b/c.py", bytes: 2, kind: "python", lines: 1, words: 1 },
      { path: "b/d.bin", bytes: 2, kind: "binary" },
      { path: "e.txt", bytes: 0, kind: "text", lines: 0, words: 0 },
    ]);
    expect(stats).toEqual({ files: 4, directories: 1, bytes: 19, lines: 4, words: 6, kinds: { binary: 1, python: 1, text: 1, typescript: 1 } });
  });

  it("are those of the whole of a large file, a word that is read in two pieces being one", async () => {
    const text = `${"x".repeat(70_000)} ${"é\n".repeat(70_000)}`;
    const { files } = await analyze({ a: text }, { stats: true, content: "text", maxFileBytes: 10 });
    expect(files).toMatchObject([{ lines: 70_000, words: 70_001, content: "x".repeat(10) }]);
  });
});

describe("what is listed", () => {
  it("has the ignored files too when they are wanted, and not what other lists of patterns name (row 96)", async () => {
    const content = { ".gitignore": "*.log\n", "a.log": "", "b.tmp": "", "c/d.tmp": "", "c/.dockerignore": "*.md\n", "c/e.md": "", "f.md": "" };
    const paths = async (settings: Settings) => (await analyze(content, settings)).files.map(({ path }) => path);
    expect(await paths({})).toEqual(["b.tmp", "c/d.tmp", "c/e.md", "f.md"]);
    expect(await paths({ respectGitignore: false })).toEqual(["a.log", "b.tmp", "c/d.tmp", "c/e.md", "f.md"]);
    expect(await paths({ ignoreFiles: ["c/.dockerignore"], exclude: ["*.tmp"] })).toEqual(["f.md"]);
  });

  it.each(["gone", "../x", "link", "directory"])("needs the lists of patterns that were named: %s", async (path) => {
    const failure = analyze({ link: { link: "a" }, a: "x\n", directory: null }, { ignoreFiles: [path] });
    await expect(failure).rejects.toMatchObject({ code: "FILE_UNUSABLE", details: { file: path } });
  });

  it("is matched by whole names, not by parts of paths (D-62)", async () => {
    const { files } = await analyze(
      { ".gitignore": "build/\nsrc/x\n!keep\n", "rebuild/a": "", "build/b": "", "src/xy": "", "src/x": "", keep: "" },
      {},
    );
    expect(files.map(({ path }) => path)).toEqual(["keep", "rebuild/a", "src/xy"]);
  });

  it("has paths from the workspace when they are wanted (row 96)", async () => {
    const content = { "a/b/c.txt": "", "a/d.txt": "" };
    const { files } = await analyze(content, { directory: "a", includeRoot: true });
    expect(files.map(({ path }) => path)).toEqual(["a/b/c.txt", "a/d.txt"]);
    expect((await analyze(content, { includeRoot: true })).files.map(({ path }) => path)).toEqual(["a/b/c.txt", "a/d.txt"]);
  });

  it("is drawn as deep as wanted, with files or without (row 96)", async () => {
    const content = { "a/b/c.txt": "", "a/d.txt": "", "e.txt": "", f: null };
    expect((await analyze(content, { tree: { depth: 1 } })).tree).toBe("./\n├── a/ …\n├── e.txt\n└── f/");
    expect((await analyze(content, { tree: { files: false } })).tree).toBe("./\n├── a/\n│   └── b/\n└── f/");
    expect((await analyze(content, { tree: { files: false, depth: 1 } })).tree).toBe("./\n├── a/ …\n└── f/");
  });
});

describe("settings from outside", () => {
  it("replace those of the definition (row 99)", async () => {
    await using folder = await testingFolder({ "a/b.txt": "b" });
    const { nodeType, settings } = analyzeFolder({ directory: "gone", content: "text" });
    const { context } = testingContext({ workspace: folder.path });
    const input = nodeType.input?.parse({ settings: { directory: "a" } });
    const output = await nodeType.execute(context, { settings: nodeType.settings.parse(settings), input });
    expect(output).toMatchObject({ directory: "a", files: [{ path: "b.txt", content: "b" }] });
  });
});

it("gives no part of a secret where a limit cuts a file", async () => {
  const secret = "Zq7vK2mXw9Rt4LpB8sNd";
  await using folder = await testingFolder({ ".env": `TOKEN=${secret}\n`, "a.txt": `${secret} ${"x".repeat(100)}` });
  const { context } = testingContext({ workspace: folder.path, resources: { secrets: { key: secret } } });
  for (let limit = 1; limit < 40; limit += 3) {
    const given = await runNode(analyzeFolder({ content: "text", maxTotalBytes: limit }), context);
    expect(JSON.stringify(given)).not.toMatch(/Zq|7v|K2|mX|w9|Rt|4L|pB|8s|Nd/);
  }
});
