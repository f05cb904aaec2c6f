import { NO_USAGE } from "@dad/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Sample } from "./sample.ts";
import { statsGroup } from "./stats-group.ts";

const sample = fc.record({
  start: fc.integer({ min: -1000, max: 3000 }),
  end: fc.constantFrom<Sample["end"]>("completed", "failed", "cancelled", "open", "reused"),
  durationMs: fc.option(fc.double({ min: 0, max: 1e6, noNaN: true }), { nil: undefined }),
  usage: fc.record({ inputTokens: fc.nat(1000), outputTokens: fc.nat(1000), costUsd: fc.constantFrom(0, 0.5, null) }),
});

describe("statsGroup", () => {
  it("loses nothing: every part of the time adds up to the whole, and each percentile is a duration of something", () => {
    fc.assert(
      fc.property(fc.array(sample), fc.integer({ min: 1, max: 50 }), (samples, parts) => {
        const { count, completed, failed, cancelled, open, reused, series, duration, usage } = statsGroup("all", samples, {
          start: 0,
          end: 2000,
          parts,
        });
        expect(series).toHaveLength(parts);
        expect(completed + failed + cancelled + open).toBe(count);
        expect(count + reused).toBe(samples.length);
        const sum = (of: (part: (typeof series)[number]) => number) => series.reduce((total, part) => total + of(part), 0);
        expect([sum((part) => part.count), sum((part) => part.failed), sum((part) => part.tokens)]).toEqual([
          count,
          failed,
          usage.inputTokens + usage.outputTokens,
        ]);
        const durations = samples.flatMap(({ durationMs }) => (durationMs === undefined ? [] : [durationMs]));
        for (const value of [duration.p50, duration.p95, duration.max])
          expect(value === null ? durations.length === 0 : durations.includes(value)).toBe(true);
      }),
    );
  });

  it("gives percentiles by the nearest rank", () => {
    const samples = Array.from({ length: 20 }, (_, at): Sample => ({ start: 0, end: "completed", durationMs: at + 1, usage: NO_USAGE }));
    expect(statsGroup("", samples, { start: 0, end: 1, parts: 1 }).duration).toEqual({ total: 210, p50: 10, p95: 19, max: 20 });
  });
});
