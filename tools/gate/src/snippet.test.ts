import { describe, expect, it } from "vitest";
import { homeOf, moduleOf, snippetsOf, unknownFences } from "./snippet.ts";

const markdown = [
  "# Title",
  "",
  "```sh",
  "npm start",
  "```",
  "",
  "```ts",
  "const a = 1;",
  "",
  "console.log(a);",
  "```",
  "- item",
  "  ```ts no-run",
  "  const b = 2;",
  "  ```",
  "",
].join("\n");

describe("snippetsOf", () => {
  it("finds the TypeScript fences, where they stand and whether they run", () => {
    expect(snippetsOf("README.md", markdown)).toEqual([
      { file: "README.md", line: 8, code: "const a = 1;\n\nconsole.log(a);\n", run: true },
      { file: "README.md", line: 14, code: "const b = 2;\n", run: false },
    ]);
  });

  it("keeps the line numbers of the Markdown file in the module", () => {
    const lines = snippetsOf("README.md", markdown).map((snippet) => moduleOf(snippet).split("\n")[snippet.line - 1]);
    expect(lines).toEqual(["const a = 1;", "const b = 2;"]);
  });
});

describe("unknownFences", () => {
  it("names fences that would be overlooked", () => {
    expect(unknownFences(`${markdown}\n\`\`\`ts norun\n\`\`\`\n\`\`\`typescript\n\`\`\``)).toEqual(["ts norun", "typescript"]);
  });
});

describe("homeOf", () => {
  it.each([
    ["packages/artifacts/README.md", "packages/artifacts/.snippets"],
    ["README.md", "tools/gate/.snippets"],
    ["docs/glossary.md", "tools/gate/.snippets"],
  ])("puts a snippet of %s into %s", (file, home) => {
    expect(homeOf({ file, line: 1, code: "", run: true })).toBe(home);
  });
});
