import { RunReport } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { madeReport } from "./made-report.ts";

describe("a made report", () => {
  it("is the same for the same seed, and as its schema says, in JSON too", () => {
    const options = { seed: 7, hostile: true, compared: true, sources: 12 };
    const report = madeReport(options);
    expect(report).toEqual(madeReport(options));
    expect(RunReport.parse(JSON.parse(JSON.stringify(report)))).toEqual(report);
    expect(report.run.spans).not.toEqual(madeReport({ ...options, seed: 8 }).run.spans);
  });

  it("has what stands around others before them, and a span for each parent", () => {
    const { elements, spans } = madeReport().run;
    const seen = new Set<string>();
    for (const { path } of elements) {
      seen.add(path);
      expect(path === "writer" || seen.has(path.slice(0, path.lastIndexOf("."))) || /\.(try|catch|build|cover)\./.test(path)).toBe(true);
    }
    const ids = new Set(spans.map(({ spanId }) => spanId));
    expect(spans.filter(({ parentSpanId }) => parentSpanId !== undefined && !ids.has(parentSpanId))).toEqual([]);
    expect(spans.filter(({ parentSpanId }) => parentSpanId === undefined)).toHaveLength(1);
  });

  it("has as many spans as asked for, and may go on", () => {
    const { run } = madeReport({ spans: 2_000, goesOn: true });
    expect(run.spans).toHaveLength(2_000);
    expect(run.details).toMatchObject({ status: "interrupted", endedAt: null, outcome: null });
    expect(run.elements.some(({ attempts }) => attempts?.some(({ end }) => end === null))).toBe(true);
  });
});
