import ts from "typescript";
import { describe, expect, it } from "vitest";
import { isKebabCase, isMeaninglessName, oversizedOptions, telemetryNames } from "./naming.ts";

describe("isMeaninglessName", () => {
  it.each(["utils", "string-helpers", "run-manager", "common", "base.test"])("refuses %s", (name) => {
    expect(isMeaninglessName(name)).toBe(true);
  });

  it.each(["artifact-store", "base-url", "share", "memory"])("accepts %s", (name) => {
    expect(isMeaninglessName(name)).toBe(false);
  });
});

describe("isKebabCase", () => {
  it("tells the form of a file name", () => {
    expect(["run-context.ts", "disk.test.ts", "tsup.config.ts", "kill9.int.test.ts", "run-tree.tsx"].every(isKebabCase)).toBe(true);
    expect(["runContext.ts", "Run.ts", "run_context.ts"].some(isKebabCase)).toBe(false);
  });
});

describe("oversizedOptions", () => {
  it("names the interface, its size and its line", () => {
    const members = "abcdefghi".split("").map((name) => `${name}: 1;`);
    const text = `interface Wide { ${members.join("")} }\ninterface FewOptions { a: 1 }\n/** Doc. */\nexport interface ManyOptions { ${members.join("")} }`;
    const source = ts.createSourceFile("options.ts", text, ts.ScriptTarget.Latest);
    expect(oversizedOptions(source)).toEqual([{ name: "ManyOptions", members: 9, line: 4 }]);
  });
});

describe("telemetryNames", () => {
  it("tells names of telemetry from those of formats, files and anything else", () => {
    const text = `const a = { "gen_ai.tool.name": 1, ["dad.node.path"]: 2 };
      const b = ["dad.graph/1", "dad.config.ts", "dad.host", "a gen_ai.tool.name", "error.type"];
      span("mcp.method.name", \`exception.type\`);`;
    const source = ts.createSourceFile("names.ts", text, ts.ScriptTarget.Latest);
    expect(telemetryNames(source)).toEqual([
      { name: "gen_ai.tool.name", line: 1 },
      { name: "dad.node.path", line: 1 },
      { name: "error.type", line: 2 },
      { name: "mcp.method.name", line: 3 },
      { name: "exception.type", line: 3 },
    ]);
  });
});
