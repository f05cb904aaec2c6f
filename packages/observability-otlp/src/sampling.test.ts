import { describe, expect, it } from "vitest";
import { exportSampler } from "./sampling.ts";
import type { OtlpSampling } from "./settings.ts";

const LOW = `${"f".repeat(18)}${"0".repeat(14)}`;
const HIGH = `${"0".repeat(18)}${"f".repeat(14)}`;

describe("exportSampler", () => {
  it.each<[OtlpSampling, boolean, boolean]>([
    [{ sampler: "always_on" }, true, true],
    [{ sampler: "always_off" }, false, false],
    [{ sampler: "traceidratio" }, true, true],
    [{ sampler: "traceidratio", ratio: 0 }, false, false],
    [{ sampler: "traceidratio", ratio: 0.5 }, false, true],
    [{ sampler: "parentbased_always_off" }, false, false],
    [{ sampler: "parentbased_traceidratio", ratio: 0.5 }, false, true],
  ])("%o", (sampling, low, high) => {
    const sampled = exportSampler(sampling);
    expect([sampled(LOW), sampled(HIGH)]).toEqual([low, high]);
  });

  it.each<[OtlpSampling["sampler"], number, boolean]>([
    ["parentbased_always_on", 0, false],
    ["parentbased_always_off", 1, true],
    ["parentbased_traceidratio", 1, true],
    ["always_on", 0, true],
    ["traceidratio", 1, false],
  ])("%s, under a parent elsewhere with the flags %i", (sampler, traceFlags, expected) => {
    const sampled = exportSampler({ sampler, ratio: 0.5 }, { traceId: LOW, traceFlags });
    expect(sampled(LOW)).toBe(expected);
  });

  it("samples a trace of our own, also when there is a parent elsewhere, by the ratio", () => {
    expect(exportSampler({ sampler: "parentbased_always_on" }, { traceId: LOW, traceFlags: 0 })(HIGH)).toBe(true);
  });

  it("takes about as many as the ratio says", () => {
    const sampled = exportSampler({ sampler: "traceidratio", ratio: 0.25 });
    const ids = Array.from({ length: 4096 }, (_, index) => `${"0".repeat(18)}${index.toString(16).padStart(3, "0")}${"0".repeat(11)}`);
    expect(ids.filter(sampled)).toHaveLength(1024);
  });
});
