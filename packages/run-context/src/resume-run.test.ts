import { type ArtifactEntry, NodePath, RunManifest } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { openRun } from "./open-run.ts";
import { readRun } from "./read-runs.ts";
import { resumeRun } from "./resume-run.ts";
import type { RunContext } from "./run-context.ts";
import { withoutData } from "./origin-contents.ts";
import { readOutcome } from "./run-history.ts";
import { withResumedRun } from "./with-run.ts";
import { memoryPorts } from "./testing-ports.ts";

const NODE = NodePath.parse("a.node");
const usage = { inputTokens: 3, outputTokens: 5, costUsd: 0.25 };

type Ports = ReturnType<typeof memoryPorts>;

const resume = (ports: Ports, options: { readonly takeOver?: boolean; readonly signal?: AbortSignal } = {}) =>
  resumeRun({ runId: "r", journals: ports.journals, ports, ...options });

async function typesOf(ports: Ports): Promise<string[]> {
  const types: string[] = [];
  const { runId } = await readRun(ports.journals, "r", { runRoot: "/runs" });
  for await (const event of ports.journals.read(runId)) types.push(event.type);
  return types;
}

/** Commits one node that gave a value. */
async function commitNode(run: RunContext, value: string): Promise<ArtifactEntry> {
  const outcome = await run.keep({ node: NODE, name: "outcome", data: value, format: "json" });
  await run.record({ type: "node.started", path: NODE, attempt: 1, nodeType: "x", effect: "pure" }, { wait: "ordered" });
  await run.record({ type: "node.completed", path: NODE, attempt: 1, decision: "executed", durationMs: 1, artifacts: [outcome], usage });
  return outcome;
}

describe("resumeRun", () => {
  it("goes on with the same run in its next epoch, and knows what had happened", async () => {
    const ports = memoryPorts();
    const first = await openRun({ rootComponentId: "a", runId: "r", inputs: { a: { x: 1 } }, ports });
    await commitNode(first, "given");
    await first[Symbol.asyncDispose]();

    await using run = await resume(ports);
    expect(run.env).toMatchObject({ runId: "r", executionId: first.env.executionId });
    expect(run).toMatchObject({ rootComponentId: "a", inputs: { values: new Map([["a", { x: 1 }]]) } });
    expect(run.history.nodes.get(NODE)).toMatchObject({ attempt: 1, state: "completed", effect: "pure" });
    expect(await readOutcome(ports.artifacts, run.history.nodes.get(NODE)!)).toBe("given");
    expect(run.details()).toMatchObject({ status: "running", usage, nodes: [{ path: NODE, status: "completed" }] });
    expect(await typesOf(ports)).toEqual(["run.started", "outcome.opened", "node.started", "node.completed", "run.resumed"]);
    expect(await run.complete("completed")).toMatchObject({ status: "completed", usage });
  });

  it("knows what it had reused, shows no files of that, and counts what that had used as saved", async () => {
    const ports = memoryPorts();
    const first = await openRun({ rootComponentId: "a", runId: "first", ports });
    const outcome = await commitNode(first, "given");
    await first.complete("completed");
    await first[Symbol.asyncDispose]();
    const rerun = { record: { of: first.env.runId }, origins: [first.env.runId] };
    const begun = await openRun({ rootComponentId: "a", runId: "r", rerun, ports: { ...ports, view: memoryPorts().view } });
    const reused = { attempt: 1, durationMs: 0, artifacts: withoutData([outcome]), origin: { runId: first.env.runId, seq: 4, attempt: 1 }, usage };
    await begun.record({ type: "node.completed", path: NODE, decision: "reused", ...reused });
    const failed = NodePath.parse("a.failed");
    const error = { code: "X", message: "no luck", retryable: false };
    await begun.record({ type: "node.failed", path: failed, error, ...reused });
    await begun[Symbol.asyncDispose]();

    const { view } = memoryPorts();
    await using run = await resume({ ...ports, view });
    expect(await readOutcome(ports.artifacts, run.history.nodes.get(NODE)!)).toBe("given");
    await run.complete("completed");
    expect(view.paths()).toEqual([".trace/dad_metadata.json", "run.json"]);
    expect(run.details()).toMatchObject({
      usage: { inputTokens: 0 },
      saved: { inputTokens: 6, outputTokens: 10, costUsd: 0.5 },
      nodes: [{ decision: "reused" }, { path: failed, status: "failed", decision: "reused", origin: { seq: 4 } }],
    });
  });

  it("has all inputs: those that the run was made with, from its first entry on, and those that came later", async () => {
    const ports = memoryPorts();
    const first = await openRun({ rootComponentId: "a", runId: "r", inputs: { a: { x: 1 }, b: 2 }, ports });
    expect(await typesOf(ports)).toEqual(["run.started", "outcome.opened"]);
    await first.inputs.register("b", 3);
    await first[Symbol.asyncDispose]();

    await using run = await resume(ports);
    expect(run.inputs.values).toEqual(
      new Map<string, unknown>([
        ["a", { x: 1 }],
        ["b", 3],
      ]),
    );
  });

  it.each(["failed", "cancelled"] as const)("goes on with a run that is %s, and says that it was", async (status) => {
    const ports = memoryPorts();
    {
      await using run = await openRun({ rootComponentId: "a", runId: "r", ports });
      await run.complete(status, new Error("why"));
    }
    await using run = await resume(ports);
    expect(RunManifest.parse(JSON.parse(ports.view.text("run.json") ?? ""))).toMatchObject({ status: "running", endedAt: null });
    const resumed = [];
    for await (const event of ports.journals.read(run.env.runId)) if (event.type === "run.resumed") resumed.push(event);
    expect(resumed).toMatchObject([{ from: status, epoch: 2 }]);
    expect((await run.complete("completed")).error).toBeUndefined();
  });

  it("has the working tree as it was left", async () => {
    const ports = memoryPorts();
    const first = await openRun({ rootComponentId: "a", runId: "r", ports });
    await first.outcome?.write({ path: "half.txt", content: Buffer.from("half"), executable: false });
    await first[Symbol.asyncDispose]();
    await using run = await resume(ports);
    expect(await run.outcome?.read("half.txt")).toMatchObject({ content: new Uint8Array(Buffer.from("half")) });
  });

  it("shows again what was not shown when the process was killed", async () => {
    const ports = memoryPorts();
    const first = await openRun({ rootComponentId: "a", runId: "r", ports });
    await commitNode(first, "given");
    await first[Symbol.asyncDispose]();
    expect(ports.view.text("a/node/outcome.json")).toBeUndefined();
    await using run = await resume(ports);
    await run.complete("completed");
    expect(ports.view.text("a/node/outcome.json")).toBe('"given"\n');
  });

  it("leaves a run alone that is completed, is not there, or that somebody works on", async () => {
    const ports = memoryPorts();
    await expect(resume(ports)).rejects.toMatchObject({ code: "RUN_UNKNOWN" });
    await using run = await openRun({ rootComponentId: "a", runId: "r", ports });
    await expect(resume(ports)).rejects.toMatchObject({ code: "RUN_LOCKED", details: { owner: { pid: process.pid } } });
    await run.complete("completed");
    await run[Symbol.asyncDispose]();
    const before = await typesOf(ports);
    await expect(resume(ports)).rejects.toMatchObject({ code: "RUN_COMPLETED", details: { runId: "r" } });
    expect(await typesOf(ports)).toEqual(before);
    expect(await ports.journals.owner(run.env.runId)).toBeUndefined();
  });

  it("leaves a run alone when a value that it would go on from is gone", async () => {
    const ports = memoryPorts();
    const first = await openRun({ rootComponentId: "a", runId: "r", ports });
    const { digest } = await commitNode(first, "x".repeat(100_000));
    await first[Symbol.asyncDispose]();
    await ports.artifacts.delete(digest);
    await expect(resume(ports)).rejects.toMatchObject({ code: "ARTIFACT_MISSING", message: expect.stringContaining("a/node/outcome.json") });
    expect(await typesOf(ports)).not.toContain("run.resumed");
    expect(await ports.journals.owner(first.env.runId)).toBeUndefined();
  });

  it("takes a run from an owner that does not go on, whose work counts no more", async () => {
    const ports = memoryPorts();
    const hung = await openRun({ rootComponentId: "a", runId: "r", ports });
    await using run = await resume(ports, { takeOver: true });
    await expect(hung.record({ type: "custom.emitted", name: "late", data: null })).rejects.toMatchObject({ code: "RUN_TAKEN_OVER" });
    await expect(hung.complete("failed", new Error("taken"))).rejects.toMatchObject({ code: "RUN_NOT_RECORDED" });
    await hung[Symbol.asyncDispose]();
    // Neither the branch nor the working tree is touched by the one that it was taken from.
    expect(await ports.outcomes.find(run.env.runId)).toBeUndefined();
    expect(await run.complete("completed")).toMatchObject({ status: "completed" });
  });

  it("does nothing when the signal is aborted", async () => {
    const ports = memoryPorts();
    await (await openRun({ rootComponentId: "a", runId: "r", ports }))[Symbol.asyncDispose]();
    await expect(resume(ports, { signal: AbortSignal.abort() })).rejects.toMatchObject({ name: "AbortError" });
    expect(await typesOf(ports)).toEqual(["run.started", "outcome.opened"]);
  });

  it("records that it failed when the outcome cannot be opened", async () => {
    const ports = memoryPorts();
    await (await openRun({ rootComponentId: "a", runId: "r", ports }))[Symbol.asyncDispose]();
    const outcomes = { ...ports.outcomes, open: () => Promise.reject(new Error("no disk")) };
    await expect(resume({ ...ports, outcomes })).rejects.toThrow("no disk");
    expect((await typesOf(ports)).slice(-2)).toEqual(["run.resumed", "run.failed"]);
    expect((await readRun(ports.journals, "r", { runRoot: "/runs" })).error?.message).toBe("no disk");
  });
});

describe("withResumedRun", () => {
  it("records how the work ended, and throws on what it threw", async () => {
    const ports = memoryPorts();
    await (await openRun({ rootComponentId: "a", runId: "r", ports }))[Symbol.asyncDispose]();
    const options = { runId: "r", journals: ports.journals, ports };
    await expect(withResumedRun(options, () => Promise.reject(new Error("again")))).rejects.toThrow("again");
    expect(await readRun(ports.journals, "r", { runRoot: "/runs" })).toMatchObject({ status: "failed", error: { message: "again" } });
    expect(await withResumedRun(options, async (run) => run.rootComponentId)).toMatchObject({ result: "a", run: { status: "completed" } });
  });
});
