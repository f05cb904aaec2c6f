import ts from "typescript";
import { describe, expect, it } from "vitest";
import { isKebabCase, isMeaninglessName, oversizedOptions } from "./naming.ts";

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
