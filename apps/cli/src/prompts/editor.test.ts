import { describe, expect, it } from "vitest";
import { editorOf } from "./editor.ts";

const signal = new AbortController().signal;

describe("editorOf", () => {
  it("gives what the editor made of a text, and prefers VISUAL, whatever its command line is", async () => {
    const edit = editorOf({ VISUAL: "sed -i -e 's/x/a y/'", EDITOR: "false" });
    expect(await edit?.("x\n", { signal })).toBe("a y\n");
  });

  it("gives nothing when the editor ends with an error, is not there, or is stopped", async () => {
    expect(await editorOf({ EDITOR: "false" })?.("x", { signal })).toBeUndefined();
    expect(await editorOf({ EDITOR: "no-such-editor 2>&- #" })?.("x", { signal })).toBeUndefined();
    expect(await editorOf({ EDITOR: "exec sleep 1000 #" })?.("x", { signal: AbortSignal.abort() })).toBeUndefined();
  });

  it("is none when nobody has said which", () => {
    expect(editorOf({ VISUAL: " ", EDITOR: "" })).toBeUndefined();
  });
});
