import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readTelemetry } from "./read.ts";
import { lineSplitter } from "./split-lines.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "dad-read-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

describe("readTelemetry", () => {
  it("reads regular files alone: what somebody sent may have links in their places", async () => {
    const elsewhere = join(directory, "elsewhere");
    writeFileSync(elsewhere, "{}\n");
    symlinkSync(elsewhere, join(directory, "trace.jsonl"));
    await expect(readTelemetry(directory)).rejects.toMatchObject({ code: "TELEMETRY_UNREADABLE", details: { file: join(directory, "trace.jsonl") } });
    rmSync(join(directory, "trace.jsonl"));
    mkdirSync(join(directory, "trace.jsonl"));
    await expect(readTelemetry(directory)).rejects.toMatchObject({ code: "TELEMETRY_UNREADABLE" });
  });
});

describe("lineSplitter", () => {
  it("gives up a line that is longer than a text can be, and goes on with the next", () => {
    const splitter = lineSplitter();
    const piece = " ".repeat(2 ** 20);
    for (let count = 0; count < 600; count += 1) expect(splitter.push(piece)).toEqual([]);
    expect(splitter.push("end\n{}\n{")).toEqual(["(a line that is too long)", "{}"]);
    expect(splitter.rest()).toBe("{");
  });
});
