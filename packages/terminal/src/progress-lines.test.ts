import { PassThrough } from "node:stream";
import { type EventDraft, ExecutionId, NodePath, type RunEvent, RunId } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { unpainted } from "./paint.ts";
import { progressLines } from "./progress-lines.ts";
import { runTree } from "./run-tree.ts";

const told = (draft: EventDraft): RunEvent => ({ ...draft, runId: RunId.parse("run_1"), time: new Date().toISOString() });
const node = (path: string) => told({ type: "node.started", path: NodePath.parse(path), attempt: 1, nodeType: "x" });
const begun = told({ type: "run.started", executionId: ExecutionId.parse("00000000-0000-4000-8000-000000000000"), rootComponentId: "a" });

describe("progressLines", () => {
  it("tell what happens, and text of others between", () => {
    const stream = new PassThrough();
    using progress = progressLines(stream as unknown as NodeJS.WriteStream, { paint: unpainted });
    void progress.onEvent(node("a.x"));
    progress.log("a word\n");
    void progress.onEvent({ ...node("a.x"), type: "of.tomorrow" });
    expect(String(stream.read())).toBe("node a.x started\na word\n");
  });

  it("begin with how the run stands, in few lines", () => {
    const before = runTree();
    before.add(begun);
    for (let count = 0; count < 100; count++) before.add(node(`a.n${count}`));
    const stream = new PassThrough();
    using progress = progressLines(stream as unknown as NodeJS.WriteStream, { paint: unpainted, before });
    void progress.onEvent(node("a.last"));
    const lines = String(stream.read()).trimEnd().split("\n");
    expect(lines).toHaveLength(25);
    expect(lines[0]).toBe("… 78 going on");
    expect(lines.slice(-2)).toEqual([expect.stringMatching(/^run_1 \d+ms, cost \$0\.00$/), "node a.last started"]);
  });
});
