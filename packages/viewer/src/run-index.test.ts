import type { ReportSpan } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { runIndex } from "./run-index.ts";
import { madeReport } from "./testing/made-report.ts";

const { run } = madeReport();
const index = runIndex(run);

describe("runIndex", () => {
  it("finds what is right below an element, though not each step of a path has one", () => {
    expect(index.elementsIn("writer.checks").map(({ path }) => path)).toEqual(["writer.checks.try.test", "writer.checks.catch.mend"]);
    expect(index.around("writer.checks.try.test")).toBe("writer.checks");
    expect(index.elementsIn(undefined).map(({ path }) => path)).toEqual(["writer"]);
  });

  it("knows nothing that only all objects have", () => {
    for (const name of ["__proto__", "constructor", "toString"]) {
      expect([index.element(name), index.span(name)]).toEqual([undefined, undefined]);
      expect([index.elementsIn(name), index.spansOf(name), index.logsOf(name)]).toEqual([[], [], []]);
    }
  });

  it("tells the span of an attempt from those of what happened in it", () => {
    const attempt = index.element("writer.research.sources.iter_1.ask")?.attempts?.at(-1);
    const own = index.span(attempt?.spanId ?? "");
    expect(own && index.isOwn(own)).toBe(true);
    const [inner] = index.spansIn(attempt?.spanId ?? "");
    expect(inner && index.isOwn(inner)).toBe(false);
    expect(inner && index.attemptAround(inner)).toBe(attempt);
  });

  it("ends where spans of a damaged file are in each other", () => {
    const [first] = run.spans;
    const circle = (spanId: string, parentSpanId: string): ReportSpan => ({ ...(first as ReportSpan), spanId, parentSpanId });
    const damaged = runIndex({ ...run, spans: [circle("a", "b"), circle("b", "a")] });
    expect(damaged.attemptAround(circle("a", "b"))).toBeUndefined();
  });
});
