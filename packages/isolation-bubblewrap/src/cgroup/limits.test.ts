import { describe, expect, it } from "vitest";
import { CONTROLLERS } from "./controller.ts";
import { limitedBy, settingsFor } from "./limits.ts";

const LIMITS = { memoryBytes: 1000, pids: 5, cpuCores: 1.5 };

describe("the limits of a control group", () => {
  it("are on version 1 those of memory alone before those of memory and swap, and of time in parts of a tenth of a second", () => {
    expect(CONTROLLERS.flatMap((controller) => settingsFor(controller, 1, LIMITS))).toEqual([
      { file: "memory.limit_in_bytes", text: "1000" },
      { file: "memory.memsw.limit_in_bytes", text: "1000", optional: true },
      { file: "pids.max", text: "5" },
      { file: "cpu.cfs_period_us", text: "100000" },
      { file: "cpu.cfs_quota_us", text: "150000" },
    ]);
  });

  it("need the controllers of what is limited", () => {
    expect([limitedBy({}), limitedBy({ pids: 1 }), limitedBy(LIMITS)]).toEqual([[], ["pids"], ["memory", "pids", "cpu"]]);
    expect(limitedBy({ cpuCores: 0.01 })).toEqual(["cpu"]);
    expect(() => limitedBy({ cpuCores: 0.009 })).toThrow(TypeError);
  });
});
