import { RunDetails } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { onlyAt } from "./only-at.ts";

const item = { status: "completed", durationMs: 1 } as const;
const NODES = ["a.say", "a.each.iter_1.say", "a.each.iter_10.say", "a.each.iter_10.again"];
const RUN = RunDetails.parse({
  runId: "run_1",
  executionId: "01934f3a-7b5c-7000-8000-000000000000",
  rootComponentId: "a",
  status: "completed",
  startedAt: "2026-11-22T07:34:43.000Z",
  endedAt: null,
  runDir: "/runs/run_1",
  outcome: null,
  usage: { inputTokens: 0, outputTokens: 0, costUsd: 0 },
  nodes: NODES.map((path) => ({ ...item, path, decision: "executed", artifacts: [] })),
  components: ["a", "a.each", "a.each.iter_1", "a.each.iter_10"].map((path) => ({ ...item, path, kind: "map" })),
});

describe("onlyAt", () => {
  it.each([
    ["a.say", ["a.say"]],
    ["a.each.iter_1", ["a.each.iter_1.say"]],
    ["a.each", NODES.slice(1)],
    ["a", NODES],
  ])("keeps what is at %s or below it", (path, kept) => {
    expect(onlyAt(RUN, path).nodes.map((node) => node.path)).toEqual(kept);
  });

  it("keeps the components likewise, and all else of the run", () => {
    const { nodes: _nodes, components, ...rest } = onlyAt(RUN, "a.each.iter_10");
    expect(components?.map(({ path }) => path)).toEqual(["a.each.iter_10"]);
    expect(rest).toEqual({ ...RUN, nodes: undefined, components: undefined });
  });

  it("says what may have been meant where there is nothing", () => {
    expect(() => onlyAt(RUN, "a.each.iter_1.sya")).toThrow(
      expect.objectContaining({ code: "USAGE_INVALID", message: expect.stringContaining('did you mean "a.each.iter_1.say"?') as string }),
    );
    expect(() => onlyAt(RUN, "a.ea")).toThrow('nothing of run run_1 is at "a.ea"; ');
  });
});
