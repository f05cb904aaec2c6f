import type { ReportContent } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { contentKind, contentOf, dataUrl, jsonOf, stateText } from "./content-of.ts";
import { bytesOf, hexDump } from "./hex-dump.ts";

const content = (mediaType: string, more: Partial<ReportContent>): ReportContent => ({ mediaType, size: 1, state: "whole", ...more });

describe("contentKind", () => {
  it("shows pictures of pixels only, and all else that has no text as bytes", () => {
    expect(contentKind(content("image/png", { data: "AAAA" }))).toBe("image");
    expect(contentKind(content("Image/PNG; x=y", { data: "AAAA" }))).toBe("image");
    expect(contentKind(content("image/svg+xml", { data: "AAAA" }))).toBe("bytes");
    expect(contentKind(content("image/svg+xml", { text: "<svg/>" }))).toBe("text");
    expect(contentKind(content("image/png", { data: "AAAA", state: "cut" }))).toBe("bytes");
  });

  it("takes for JSON what is JSON, and whole", () => {
    expect(contentKind(content("application/json", { text: "{}" }))).toBe("json");
    expect(contentKind(content("application/json", { text: "{" }))).toBe("text");
    expect(contentKind(content("application/problem+json", { text: "1", state: "cut" }))).toBe("text");
    expect(jsonOf(content("application/json", { text: "1", state: "cut" }))).toBeUndefined();
    expect(contentKind(content("text/plain", { state: "missing" }))).toBe("nothing");
  });
});

describe("contentOf", () => {
  it("finds nothing under a name that every object seems to have", () => {
    expect(contentOf({ contents: {} }, "constructor")).toBeUndefined();
    expect(stateText(undefined)).toBe("The report does not have this content.");
  });
});

describe("dataUrl", () => {
  it("has nothing that could end an attribute", () => {
    expect(dataUrl("image/png", 'AA"><script>')).toBe("data:image/png;base64,AAscript");
  });
});

describe("hexDump", () => {
  it("shows bytes, and as letters those that are", () => {
    expect(hexDump(bytesOf("UE5HDQoAiQFa", 100) ?? new Uint8Array())).toBe(
      "00000000  50 4e 47 0d 0a 00 89 01  PNG·····\n00000008  5a                       Z",
    );
    expect(bytesOf("AAAA", 2)).toHaveLength(2);
    expect(bytesOf("no base64!", 10)).toBeUndefined();
  });
});
