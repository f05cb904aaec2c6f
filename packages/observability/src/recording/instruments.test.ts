import { describe, expect, it, vi } from "vitest";
import type { MetricSnapshot } from "../recorded.ts";
import { recordingObservability } from "../recording.ts";

/** What the instruments say at each time that they are handed over. */
function measuring(metricsIntervalMs = 0) {
  const snapshots: (readonly MetricSnapshot[])[] = [];
  const nothing = { span() {}, log() {}, async flush() {}, async [Symbol.asyncDispose]() {} };
  const observability = recordingObservability([{ ...nothing, metrics: (snapshot) => void snapshots.push(snapshot) }], { metricsIntervalMs });
  return { ...observability, snapshots };
}

describe("instruments", () => {
  it("add up for each set of attributes, in whatever order they have them", async () => {
    const { meter, flush, snapshots } = measuring();
    const counter = meter.createCounter("counter", { unit: "1", description: "counts" });
    counter.add(1, { a: 1, b: "x" });
    counter.add(2, { b: "x", a: 1 });
    counter.add(4, { a: "1", b: "x" });
    meter.createCounter("COUNTER", { unit: "1", description: "counts" }).add(8, { a: 1, b: "x" });
    await flush();
    expect(snapshots).toMatchObject([[{ name: "counter", kind: "counter", unit: "1", description: "counts" }]]);
    expect(snapshots[0]?.[0]?.points.map(({ attributes, value }) => [attributes["a"], value])).toEqual([
      [1, 11],
      ["1", 4],
    ]);
  });

  it("add up since they were made, whoever was told what in between", async () => {
    const { meter, flush, snapshots } = measuring();
    const [upDown, gauge] = [meter.createUpDownCounter("upDown"), meter.createGauge("gauge")];
    for (const value of [5, -2]) {
      upDown.add(value);
      gauge.record(value);
      await flush();
    }
    expect(snapshots.map((snapshot) => snapshot.map(({ points }) => points[0]?.value))).toEqual([
      [5, 5],
      [3, -2],
    ]);
    expect(snapshots[1]?.[0]?.startTime).toBe(snapshots[0]?.[0]?.startTime);
  });

  it("count by the bounds that they are advised, each of them included", async () => {
    const { meter, flush, snapshots } = measuring();
    const histogram = meter.createHistogram("histogram", { advice: { explicitBucketBoundaries: [10, 1, 1, Number.NaN] } });
    for (const value of [0, 1, 1.5, 10, 11]) histogram.record(value);
    meter.createHistogram("usual").record(6);
    await flush();
    expect(snapshots[0]?.[0]?.points).toEqual([
      { attributes: {}, value: 23.5, histogram: { count: 5, min: 0, max: 11, bounds: [1, 10], buckets: [2, 2, 1] } },
    ]);
    expect(snapshots[0]?.[1]?.points[0]?.histogram).toMatchObject({
      bounds: [0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10000],
    });
  });

  it("put what has too many sets of attributes into one point, and lose nothing of it", async () => {
    const { meter, flush, snapshots } = measuring();
    const counter = meter.createCounter("counter");
    for (let index = 0; index < 2_100; index++) counter.add(1, { index });
    counter.add(1, { index: 5 });
    await flush();
    const points = snapshots[0]?.[0]?.points ?? [];
    expect(points).toHaveLength(2_001);
    expect(points.at(-1)).toEqual({ attributes: { "otel.metric.overflow": true }, value: 100 });
    expect(points[5]?.value).toBe(2);
  });

  it("that are asked say only what they are told this time", async () => {
    const { meter, flush, snapshots } = measuring();
    const told = [
      { who: "a", value: 1 },
      { who: "b", value: 2 },
    ];
    meter.createObservableCounter("observed").addCallback((result) => told.forEach(({ who, value }) => result.observe(value, { who })));
    await Promise.all([flush(), flush()]);
    told.pop();
    await flush();
    expect(snapshots.map((snapshot) => snapshot[0]?.points.map(({ value }) => value))).toEqual([[1, 2], [1, 2], [1]]);
  });

  it("are handed over at times as long as something is measured, and not after the end", async () => {
    vi.useFakeTimers();
    try {
      const { meter, snapshots, ...observability } = measuring(1_000);
      expect(vi.getTimerCount()).toBe(0);
      const counter = meter.createCounter("counter");
      counter.add(1);
      await vi.advanceTimersByTimeAsync(3_500);
      expect(snapshots).toHaveLength(1);
      counter.add(1);
      await vi.advanceTimersByTimeAsync(1_000);
      expect(snapshots).toHaveLength(2);
      await observability[Symbol.asyncDispose]();
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  it("are handed over although one of them never answers", async () => {
    vi.useFakeTimers();
    try {
      const { meter, flush, snapshots } = measuring();
      meter.createObservableGauge("hanging").addCallback(() => new Promise(() => {}));
      meter.createCounter("counter").add(1);
      const flushed = flush();
      await vi.advanceTimersByTimeAsync(5_000);
      await flushed;
      expect(snapshots).toMatchObject([[{ name: "counter" }]]);
    } finally {
      vi.useRealTimers();
    }
  });
});
