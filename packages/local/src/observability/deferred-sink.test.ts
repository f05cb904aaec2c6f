import type { MetricSnapshot, RecordedLog, TelemetrySink } from "@dad/observability";
import { describe, expect, it } from "vitest";
import { deferredSink } from "./deferred-sink.ts";

const log = (body: string): RecordedLog => ({ body, attributes: {}, observedTime: 0 });
const snapshot = (value: number): MetricSnapshot[] => [
  { name: "n", kind: "counter", unit: "", description: "", startTime: 0, time: 0, points: [{ attributes: {}, value }] },
];

function noted() {
  const told: unknown[] = [];
  const sink: TelemetrySink = {
    span: ({ name }) => void told.push(name),
    log: ({ body }) => void told.push(body),
    metrics: ([only]) => void told.push(only?.points[0]?.value),
    flush: async () => void told.push("flush"),
    [Symbol.asyncDispose]: async () => void told.push("release"),
  };
  return { told, sink };
}

const never = () => expect.fail("there is no trouble");

describe("a sink in the place of others", () => {
  it("opens them when there is something to tell, and tells it in order", async () => {
    const { told, sink } = noted();
    let opened = 0;
    const deferred = deferredSink({ open: async () => [[sink], (opened += 1)][0] as TelemetrySink[], onTrouble: never });
    await deferred.flush();
    expect(opened).toBe(0);
    deferred.log(log("one"));
    deferred.metrics?.(snapshot(1));
    deferred.log(log("two"));
    deferred.metrics?.(snapshot(2));
    await deferred.flush();
    deferred.log(log("three"));
    deferred.metrics?.(snapshot(3));
    await deferred[Symbol.asyncDispose]();
    await deferred[Symbol.asyncDispose]();
    expect(told).toEqual(["one", "two", 2, "flush", "three", 3, "release"]);
    expect(opened).toBe(1);
  });

  it("opens nothing for a run that tells nothing", async () => {
    const deferred = deferredSink({ open: never, onTrouble: never });
    await deferred.flush();
    await expect(deferred[Symbol.asyncDispose]()).resolves.toBeUndefined();
  });

  it("says why they cannot be opened, once, and goes on", async () => {
    const troubles: unknown[] = [];
    const deferred = deferredSink({ open: () => Promise.reject(new Error("no such secret")), onTrouble: (error) => void troubles.push(error) });
    for (const body of ["one", "two"]) deferred.log(log(body));
    await deferred.flush();
    deferred.log(log("three"));
    await deferred[Symbol.asyncDispose]();
    expect(troubles).toEqual([new Error("no such secret")]);
  });

  it("keeps no more than it may until they are there", async () => {
    const { told, sink } = noted();
    const deferred = deferredSink({ open: async () => [sink], onTrouble: never, most: 2 });
    for (const body of ["one", "two", "three"]) deferred.log(log(body));
    await deferred.flush();
    expect(told).toEqual(["one", "two", "flush"]);
  });

  it("waits for no longer than it is told to, and releases what is opened after that", async () => {
    const { told, sink } = noted();
    const { promise, resolve } = Promise.withResolvers<TelemetrySink[]>();
    let given: AbortSignal | undefined;
    const open = ({ signal }: { readonly signal: AbortSignal }) => ((given = signal), promise);
    const deferred = deferredSink({ open, onTrouble: never, patienceMs: 1 });
    deferred.log(log("one"));
    await deferred.flush({ signal: AbortSignal.abort() });
    await deferred[Symbol.asyncDispose]();
    expect([told, given?.aborted]).toEqual([[], true]);
    resolve([sink]);
    await promise;
    await expect.poll(() => told).toEqual(["one", "release"]);
  });
});
