import { describe, expect, it } from "vitest";
import { setText } from "./set-text.ts";

describe("setText", () => {
  it("calls a field by its last step where that is enough", () => {
    expect(setText([{ "coder.plan": { "settings.temperature": 0.2 }, coder: { style: "terse" } }, {}])).toEqual([
      'temperature=0.2 style="terse"',
      "",
    ]);
  });

  it("tells fields apart that end in the same way, also those of other runs", () => {
    expect(setText([{ "coder.plan": { model: 1 } }, { "coder.fix": { model: 2 } }])).toEqual(["plan.model=1", "fix.model=2"]);
    expect(setText([{ a: { x: 1 }, "b.a": { x: 2 } }])).toEqual(["a.x=1 b.a.x=2"]);
  });

  it("shows how a long value begins, in one line", () => {
    expect(setText([{ a: { prompt: "one\ntwo three four five six" } }])).toEqual([String.raw`prompt="one\ntwo three four fi…`]);
  });
});
