import { digestOfBytes } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { isPointerPath, largeFilePath, MOST_POINTER_BYTES, parsePointer, pointerPath, printPointer } from "./large-file-pointer.ts";

const content = { mediaType: "application/octet-stream", digest: digestOfBytes("x"), size: 1, executable: true };
const bytes = (text: string) => new TextEncoder().encode(text);
const textWith = (changes: Readonly<Record<string, unknown>>) => JSON.stringify({ ...JSON.parse(printPointer(content)), ...changes });

describe("a pointer to a large file", () => {
  it("says first what it is, and then what it points to", () => {
    expect(printPointer(content).split("\n")).toEqual([
      "{",
      '  "format": "dad.large-file/1",',
      expect.stringMatching(/^ {2}"note": "This file was too large for a commit\..*dad outcome checkout/),
      '  "mediaType": "application/octet-stream",',
      `  "digest": "${content.digest}",`,
      '  "size": 1,',
      '  "executable": true',
      "}",
      "",
    ]);
  });

  it("is read as it was written, and without what is not known", () => {
    expect(parsePointer(bytes(printPointer(content)))).toEqual(content);
    expect(parsePointer(bytes(textWith({ note: "other words", later: 1 })))).toEqual(content);
  });

  it.each([
    ["no JSON", "{"],
    ["no object", '"dad.large-file/1"'],
    ["of another format", textWith({ format: "dad.large-file/2" })],
    ["without a digest", textWith({ digest: undefined })],
    ["with a digest of another kind", textWith({ digest: "sha1:00" })],
    ["with a size that is none", textWith({ size: -1 })],
    ["larger than any", textWith({ note: "x".repeat(MOST_POINTER_BYTES) })],
  ])("is none when it is %s", (_what, text) => {
    expect(parsePointer(bytes(text))).toBeUndefined();
  });

  it("is none when it is no text", () => {
    expect(parsePointer(Buffer.from(printPointer(content).replace("This", "\xff"), "latin1"))).toBeUndefined();
  });

  it("is beside the file in whose place it is", () => {
    expect(pointerPath("data/model.bin")).toBe("data/model.bin.dad-artifact");
    expect(largeFilePath("data/model.bin.dad-artifact")).toBe("data/model.bin");
  });

  it.each([
    ".dad-artifact",
    "a/.dad-artifact",
    "a.dad-artifact/b",
    "a",
    "../a.dad-artifact",
    "a:b.dad-artifact",
    "a.dad-artifact.dad-artifact",
    "a.DAD-artifact",
  ])("stands for no file at %j", (path) => {
    expect(largeFilePath(path)).toBeUndefined();
  });

  it.each(["../a", "a\\b", "a\nb", "x".repeat(250), "a.dad-artifact", "a.Dad-Artifact"])("is not possible for %j", (path) => {
    expect(pointerPath(path)).toBeUndefined();
  });

  it("has its names for itself, in any case", () => {
    expect(["a.dad-artifact", ".dad-artifact", "b/a.DAD-Artifact"].every(isPointerPath)).toBe(true);
    expect(["a.dad-artifact/b", "a-dad-artifact", "dad-artifact"].some(isPointerPath)).toBe(false);
  });
});
