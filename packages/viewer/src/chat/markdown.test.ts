import { describe, expect, it } from "vitest";
import { markdownBlocks, markdownSpans } from "./markdown.ts";

describe("markdownBlocks", () => {
  it("tells headings and code apart from text", () => {
    expect(markdownBlocks("# Plan\n\nRead it.\n```ts\n# no heading\n<b>\n```\n- a\n- b\n~~~\nopen")).toEqual([
      { kind: "heading", text: "Plan", level: 1 },
      { kind: "text", text: "Read it." },
      { kind: "code", text: "# no heading\n<b>", language: "ts" },
      { kind: "text", text: "- a\n- b" },
      { kind: "code", text: "open", language: "" },
    ]);
  });

  it("reads lines of any length and kind", () => {
    const blank = " ".repeat(200_000);
    expect(markdownBlocks(`\`\`\`${blank}\`\n# a${blank}\u2028b\n# ${blank}c`)).toEqual([
      { kind: "text", text: `\`\`\`${blank}\`` },
      { kind: "heading", text: `a${blank}\u2028b`, level: 1 },
      { kind: "heading", text: "c", level: 1 },
    ]);
  });

  it("leaves everything else as it is", () => {
    const text = '<img src=x onerror="x">\n[a](javascript:x)\n#nothing';
    expect(markdownBlocks(text)).toEqual([{ kind: "text", text }]);
  });
});

describe("markdownSpans", () => {
  it("finds code and what is bold", () => {
    expect(markdownSpans("run `npm **x**` or **stop** now")).toEqual([
      { kind: "text", text: "run " },
      { kind: "code", text: "npm **x**" },
      { kind: "text", text: " or " },
      { kind: "strong", text: "stop" },
      { kind: "text", text: " now" },
    ]);
  });
});
