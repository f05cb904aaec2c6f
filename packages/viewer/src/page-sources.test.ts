import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { viewerBundle } from "./viewer-bundle.ts";

/** What makes markup or code of a text. */
const DANGERS =
  /\b(innerHTML|outerHTML|insertAdjacentHTML|dangerouslySetInnerHTML|srcdoc|createContextualFragment|DOMParser)\b|document\.write|\beval\(|new Function\(/;
/** What asks somebody else for something. */
const REQUESTS = /\b(fetch|XMLHttpRequest|WebSocket|EventSource|sendBeacon|importScripts)\b|\bimport\(/;

const files = readdirSync(import.meta.dirname, { recursive: true, encoding: "utf8" }).filter(
  (file) => /\.tsx?$/.test(file) && !/\.test\.tsx?$|^(testing|build-page|viewer-bundle)\b/.test(file),
);
const withMatch = (pattern: RegExp) => files.filter((file) => pattern.test(readFileSync(join(import.meta.dirname, file), "utf8")));

describe("the sources of the page", () => {
  it("make no markup and no code of texts", () => {
    expect(files.length).toBeGreaterThan(20);
    expect(withMatch(DANGERS)).toEqual([]);
  });

  it("ask nobody for anything", () => {
    expect(withMatch(REQUESTS)).toEqual([]);
  });
});

describe("viewerBundle", () => {
  it("is a script and a style that a page can have inline", async () => {
    const { script, style } = await viewerBundle();
    expect(script).not.toMatch(/<\/script|<!--/i);
    expect(script).not.toMatch(/\beval\(|new Function\(/);
    expect(style).not.toMatch(/<\/style|@import|url\(/i);
    expect(script).toContain("application/octet-stream");
  });
});
