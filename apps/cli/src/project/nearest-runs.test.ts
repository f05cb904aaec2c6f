import { describe, expect, it } from "vitest";
import { nearestRuns } from "./nearest-runs.ts";

const RUNS = ["run_20261122_073443_1f9c2a", "nightly_run_20261121_010000_aaaaaa", "run_20261120_120000_1f9c2b", "demo"];

describe("nearestRuns", () => {
  it("finds a run by a part of its id", () => {
    expect(nearestRuns("1f9c2a", RUNS)).toEqual([RUNS[0]]);
    expect(nearestRuns("NIGHTLY", RUNS)).toEqual([RUNS[1]]);
  });

  it("finds a run in spite of a slip", () => {
    expect(nearestRuns("run_20261122_073443_1f9c2x", RUNS)).toEqual([RUNS[0]]);
    expect(nearestRuns("dmeo", RUNS)).toEqual(["demo"]);
    expect(nearestRuns("demoo", RUNS)).toEqual(["demo"]);
  });

  it("suggests nothing that is far away", () => {
    expect(nearestRuns("quite different", RUNS)).toEqual([]);
    expect(nearestRuns("", RUNS)).toEqual([]);
    expect(nearestRuns("x", [])).toEqual([]);
  });

  it("suggests three at most", () => {
    expect(
      nearestRuns(
        "run_2026",
        Array.from({ length: 9 }, (_, at) => `run_2026${at}`),
      ),
    ).toHaveLength(3);
  });
});
