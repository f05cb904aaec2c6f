import { RunListEntry } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { unpainted } from "./paint.ts";
import { runListText } from "./run-list.ts";

const run = (runId: string, more: object = {}) =>
  RunListEntry.parse({
    runId,
    status: "completed",
    rootComponentId: "coder",
    startedAt: "2026-11-22T07:34:43.000Z",
    endedAt: "2026-11-22T07:34:44.500Z",
    ...more,
  });

describe("runListText", () => {
  it("is a table of the runs, in their order", () => {
    expect(runListText([run("b", { status: "running", endedAt: null }), run("a")], unpainted).split("\n")).toEqual([
      "RUN  STATUS     STARTED               TOOK  AGENT",
      "b    running    2026-11-22 07:34:43Z        coder",
      "a    completed  2026-11-22 07:34:43Z  1.5s  coder",
    ]);
  });

  it("says of which run a run is a re-run, when there is one", () => {
    const [head, first] = runListText([run("b", { rerun: { of: "a" } }), run("a")], unpainted).split("\n");
    expect(head).toMatch(/AGENT {2}RE-RUN OF$/);
    expect(first).toMatch(/coder {2}a$/);
  });

  it("keeps the ids whole on a narrow terminal", () => {
    expect(runListText([run("run_20261122_073443_1f9c2a")], unpainted, 20)).toBe("RUN\nrun_20261122_073443_1f9c2a");
  });
});
