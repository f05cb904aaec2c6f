import { memoryArtifactStore } from "@dad/artifacts/memory";
import { memoryJournalStore } from "@dad/journal/memory";
import { asRecorded, type Json, RunComparison } from "@dad/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareRuns } from "./compare-runs.ts";
import { at, entryOf, id, type MadeAttempt, makeRun } from "./testing-runs.ts";

/** Compares a run that did this with one that did that. */
async function compared(before: readonly MadeAttempt[], after: readonly MadeAttempt[], node?: string): Promise<RunComparison> {
  const journals = memoryJournalStore();
  const runs = { before: await makeRun(journals, "old", before), after: await makeRun(journals, "new", after) };
  const comparison = await compareRuns({ journals, artifacts: memoryArtifactStore() }, { ...runs, node });
  // As it is told to other programs.
  return RunComparison.parse(JSON.parse(JSON.stringify(comparison)));
}

const only = ({ nodes }: RunComparison) => nodes[0] ?? expect.fail("there is no node");
const step = (made: Partial<MadeAttempt> = {}): MadeAttempt => ({ path: "main.step", ...made });
const kept = (values: Readonly<Record<string, Json>>) => step({ kept: values });
const request = (more: object, messages: Json = [{ role: "user", content: "hi" }]) =>
  ({ state: { model: { alias: "writer" }, request: { messages, ...more } } }) as unknown as Readonly<Record<string, Json>>;
const calling = (...calls: readonly (readonly [tool: string, input: Json])[]) => ({
  content: calls.map(([tool, input], n) => ({ type: "tool-call", callId: `${Math.random()}${n}`, tool, input })),
});

describe("compareRuns", () => {
  it("finds no difference between a run and itself", async () => {
    const value = fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<Json>;
    const attempt = fc.record({
      path: fc.constantFrom("main.a", "main.b", "main.each.iter_0.c"),
      attempt: fc.integer({ min: 1, max: 3 }),
      type: fc.constantFrom("node.completed", "node.failed", "node.cancelled", undefined),
      kept: fc.dictionary(fc.constantFrom("input", "outcome", "state", "reply", "result", "notes"), value),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(attempt, { maxLength: 6 }), async (attempts) => {
        const journals = memoryJournalStore();
        const runId = await makeRun(journals, "same", attempts);
        const comparison = await compareRuns({ journals, artifacts: memoryArtifactStore() }, { before: runId, after: runId });
        expect(comparison.differs).toBe(false);
        expect(comparison.nodes.flatMap(({ differs }) => differs)).toEqual([]);
      }),
      { numRuns: 50 },
    );
  });

  it("counts what waited for an answer, and was begun again, once", async () => {
    const parked = step({ type: "node.parked" });
    const waited = [parked, step({ attempt: 2, type: "node.parked" }), step({ attempt: 3, type: "node.failed" }), step({ attempt: 4 })];
    const { differs, nodes } = await compared(waited, [step({ type: "node.failed" }), step({ attempt: 2 })]);
    expect([differs, nodes.map(({ attempt }) => attempt)]).toEqual([false, [1, 2]]);
    expect(only(await compared([parked], [step()])).before).toMatchObject({ status: "waiting", nodeType: "test" });
  });

  it("aligns attempts by path and number, in the order of the runs", async () => {
    const { differs, nodes } = await compared(
      [{ path: "main.a" }, { path: "main.gone" }, { path: "main.b", type: "node.failed" }, { path: "main.b", attempt: 2 }],
      [{ path: "main.a" }, { path: "main.b" }, { path: "main.come" }],
    );
    expect(differs).toBe(true);
    expect(nodes.map((node) => [node.path, node.attempt, node.differs])).toEqual([
      ["main.a", 1, []],
      ["main.gone", 1, ["presence"]],
      ["main.b", 1, ["status", "error"]],
      ["main.b", 2, ["presence"]],
      ["main.come", 1, ["presence"]],
    ]);
    expect(nodes[2]).toMatchObject({ before: { error: { code: "NODE_FAILED", message: "no luck" } }, after: { status: "completed" } });
  });

  it("tells what was used by each, and never takes what is not known for nothing", async () => {
    const using = (costUsd: number | null) => step({ usage: { inputTokens: 10, outputTokens: 1, costUsd } });
    const { before, after, delta, nodes } = await compared([using(0.5)], [using(null)]);
    expect([before.usage.costUsd, after.usage.costUsd, delta.costUsd, delta.inputTokens]).toEqual([0.5, null, null, 0]);
    expect(nodes[0]).toMatchObject({ differs: ["usage"], delta: { costUsd: null, durationMs: 0 } });
    expect(only(await compared([step({ type: undefined })], [using(1)]))).toMatchObject({
      before: { status: "interrupted", usage: null, durationMs: null },
      delta: { inputTokens: null, costUsd: null },
    });
  });

  it("tells when recordings say something else, which changes no total", async () => {
    const saying = (inputTokens: number) => step({ usage: asRecorded({ inputTokens, outputTokens: 1, costUsd: 1 }) });
    const { delta, nodes } = await compared([saying(10)], [saying(11)]);
    expect(delta).toMatchObject({ inputTokens: 0, costUsd: 0 });
    expect(nodes).toMatchObject([{ differs: ["usage"] }]);
    expect((await compared([saying(10)], [saying(10)])).differs).toBe(false);
  });

  it("counts a reused result as no difference and as no usage, and reads nothing of it", async () => {
    const usage = { inputTokens: 10, outputTokens: 1, costUsd: 1 };
    const { data: _elsewhere, ...entry } = entryOf("outcome", { a: 1 });
    const end = { decision: "reused", origin: { runId: id("old"), seq: 4, attempt: 1 }, artifacts: [entry] };
    const comparison = await compared([step({ usage, kept: { outcome: { a: 1 } } })], [step({ usage, end })]);
    expect(comparison).toMatchObject({ differs: false, after: { reused: 1, executed: 0, usage: { inputTokens: 0 } }, delta: { costUsd: -1 } });
    expect(only(comparison)).toMatchObject({ after: { decision: "reused", origin: { seq: 4 } }, delta: { inputTokens: -10 } });
  });

  it("reads what is reused from the run that made it, when it differs", async () => {
    const { data: _elsewhere, ...entry } = entryOf("outcome", { a: 1 });
    const journals = memoryJournalStore();
    const origin = { runId: await makeRun(journals, "origin", [kept({ outcome: { a: 1 } })]), seq: 4, attempt: 1 };
    const reusing = await makeRun(journals, "old", [step({ end: { decision: "reused", origin, artifacts: [entry] } })]);
    const executing = await makeRun(journals, "new", [kept({ outcome: { a: 2 } })]);
    const ports = { journals, artifacts: memoryArtifactStore() };
    const change = { path: "/a" };
    expect(only(await compareRuns(ports, { before: reusing, after: executing })).output?.json?.changes).toMatchObject([
      { ...change, before: 1, after: 2 },
    ]);
    expect(only(await compareRuns(ports, { before: executing, after: reusing })).output?.json?.changes).toMatchObject([
      { ...change, before: 2, after: 1 },
    ]);
  });

  it("says so when content that differs is nowhere", async () => {
    const { data: _elsewhere, ...entry } = entryOf("outcome", { a: 1 });
    const comparison = await compared([step({ end: { artifacts: [entry] } })], [kept({ outcome: { a: 2 } })]);
    expect(only(comparison)).toMatchObject({ differs: ["notCompared"], notCompared: [{ name: "outcome", reason: "missing" }] });
  });

  it("says so when content is too large to be compared, or not what it should be", async () => {
    const { data: _elsewhere, ...entry } = entryOf("outcome", 1);
    const large = step({ end: { artifacts: [{ ...entry, size: 5_000_000 }] } });
    expect(only(await compared([large], [kept({ outcome: 2 })])).notCompared).toEqual([{ name: "outcome", reason: "large" }]);
    const broken = step({ end: { artifacts: [{ ...entryOf("outcome", "{"), mediaType: "application/json" }] } });
    expect(only(await compared([kept({ outcome: 2 })], [broken])).notCompared).toEqual([{ name: "outcome", reason: "unreadable" }]);
  });

  it("fails when content is damaged", async () => {
    const damaged = step({ end: { artifacts: [{ ...entryOf("outcome", "good"), data: entryOf("outcome", "evil").data }] } });
    await expect(compared([damaged], [kept({ outcome: "x" })])).rejects.toMatchObject({ code: "ARTIFACT_DAMAGED" });
  });

  it("compares only what is at a path or below it, and suggests one for a path of nothing", async () => {
    const loop = (outcome: Json) => [{ path: "main.each.iter_1.a", kept: { outcome } }, { path: "main.each.iter_10.a" }, step({ kept: { outcome } })];
    const comparison = await compared(loop(1), loop(2), "main.each.iter_1.a");
    expect(comparison).toMatchObject({ differs: true, node: "main.each.iter_1.a", outcome: null, nodes: { length: 1 } });
    expect((await compared(loop(1), loop(2), "main")).nodes).toHaveLength(3);
    await expect(compared(loop(1), loop(2), "main.stepp")).rejects.toMatchObject({
      code: "NODE_UNKNOWN",
      message: expect.stringContaining('neither of the runs old and new has anything at "main.stepp"; did you mean "main.step"?') as string,
    });
  });

  it("knows no run that has not started", async () => {
    const ports = { journals: memoryJournalStore(), artifacts: memoryArtifactStore() };
    await expect(compareRuns(ports, { before: id("a"), after: id("b") })).rejects.toMatchObject({ code: "RUN_UNKNOWN" });
  });

  it("stops when it is told to", async () => {
    const journals = memoryJournalStore();
    const runId = await makeRun(journals, "long", [step()]);
    const stopped = compareRuns({ journals, artifacts: memoryArtifactStore() }, { before: runId, after: runId, signal: AbortSignal.abort() });
    await expect(stopped).rejects.toMatchObject({ name: "AbortError" });
  });
});

describe("what a node was made of", () => {
  const input = (settings: Json, more: object = {}) => ({ input: { settings, ...more } as unknown as Json });

  it("is told by component: code, settings, static input, resources, workspace", async () => {
    const before = step({
      made: { code: { type: "test", version: "1" }, resources: { "model.writer": { modelId: "m1" } }, workspace: "tree1" },
      kept: input({ prompt: "a", same: [1] }, { input: { x: 1 } }),
    });
    const after = step({
      made: { code: { type: "test", version: "2" }, resources: { "model.writer": { modelId: "m2" } } },
      kept: input({ prompt: "b", same: [1], more: true }),
    });
    expect(only(await compared([before], [after])).fingerprint).toEqual([
      { component: "code", before: { type: "test", version: "1" }, after: { type: "test", version: "2" } },
      { component: "settings.prompt", before: "a", after: "b" },
      { component: "settings.more", after: true },
      { component: "static", before: { x: 1 } },
      { component: "resources.model.writer", before: { modelId: "m1" }, after: { modelId: "m2" } },
      { component: "workspace", before: "tree1" },
    ]);
  });

  it("is the same when the fingerprints are, whatever of the run's own is in it", async () => {
    const made = { workspace: "tree" };
    const comparison = await compared([step({ made, kept: input({ at: "mine" }) })], [step({ made, kept: input({ at: "other" }) })]);
    expect(comparison.differs).toBe(false);
  });

  it("is told by its settings alone where there are no fingerprints, and the directory of a run is none", async () => {
    const before = step({ kept: input({ at: "/runs/old/x", n: 1 }) });
    const after = step({ kept: input({ at: "/runs/new/x", n: 2 }) });
    expect(only(await compared([before], [after])).fingerprint).toEqual([{ component: "settings.n", before: 1, after: 2 }]);
  });

  it("differs in something unknown when the fingerprints differ and nothing of them is on record", async () => {
    const [before, after] = [step({ made: { hidden: 1 } }), step({ made: { hidden: 2 } })];
    expect(only(await compared([before], [after])).fingerprint).toMatchObject([{ component: "unknown" }]);
  });
});

describe("what a model was asked and did", () => {
  it("is compared as text, and the rest of the request as JSON", async () => {
    const before = kept(request({ system: "Be brief.", settings: { temperature: 0 } }, [{ role: "user", content: "one\ntwo\n" }]));
    const parts = [
      { type: "file", mediaType: "image/png", digest: "sha256:0", size: 3 },
      { type: "text", text: "one\nthree" },
    ];
    const after = kept(request({ system: "Be brief.", settings: { temperature: 1 } }, [{ role: "user", content: parts }]));
    const { differs, prompt, artifacts } = only(await compared([before], [after]));
    expect({ differs, artifacts }).toEqual({ differs: ["prompt"], artifacts: [] });
    const lines = [
      "@@ -2,5 +2,6 @@",
      " Be brief.",
      " ",
      " [user]",
      '+{"digest":"sha256:0","mediaType":"image/png","size":3,"type":"file"}',
      " one",
      "-two",
      "+three",
    ];
    expect(prompt?.text?.unified).toBe(`${lines.join("\n")}\n`);
    expect(prompt?.settings?.changes).toEqual([{ path: "/settings/temperature", before: 0, after: 1 }]);
  });

  it("is an artifact like any other where a node keeps something else as its state", async () => {
    expect(only(await compared([kept({ state: { n: 1 } })], [kept({ state: { n: 2 } })]))).toMatchObject({
      differs: ["artifacts"],
      artifacts: [{ name: "state" }],
    });
  });

  it("is told as sequences of tool calls, of which the ids say nothing", async () => {
    const before = kept({
      "steps/1/reply": calling(["read", { path: "a" }]),
      "steps/2/reply": calling(["write", { path: "b" }]),
      reply: { text: "x" },
    });
    const after = kept({ "steps/1/reply": calling(["read", { path: "a" }], ["read", { path: "c" }]), reply: { text: "x" } });
    expect(only(await compared([before], [after])).toolCalls).toEqual({
      omitted: 0,
      steps: [
        { kind: "same", tool: "read", input: { path: "a" } },
        { kind: "removed", tool: "write", input: { path: "b" } },
        { kind: "added", tool: "read", input: { path: "c" } },
      ],
    });
    expect(only(await compared([kept({ reply: calling(["read", 1]) })], [kept({ reply: calling(["read", 1]) })])).toolCalls).toBeUndefined();
  });
});

describe("what a node gave", () => {
  it("is compared as text where both are texts, with what is said about them as JSON", async () => {
    expect(only(await compared([kept({ outcome: "a\n" })], [kept({ outcome: "b\n" })])).output).toMatchObject({ text: { added: 1, removed: 1 } });
    const { output } = only(await compared([kept({ outcome: { text: "a", end: "stop" } })], [kept({ outcome: { text: "b", end: "length" } })]));
    expect(output).toMatchObject({ text: { added: 1 }, json: { changes: [{ path: "/end", before: "stop", after: "length" }] } });
  });

  it("is compared as JSON else", async () => {
    const { output } = only(await compared([kept({ outcome: { a: [1, 2] } })], [kept({ outcome: { a: [2] } })]));
    expect(output).toEqual({ json: { changes: [{ path: "/a/0", before: 1 }], omitted: 0 } });
  });

  it("is the same where only the names of the runs differ, and so are files", async () => {
    const made = (runId: string) => kept({ outcome: `in /runs/${runId}/x`, log: `cd /runs/${runId}/x`, result: { n: runId } });
    expect((await compared([made("old")], [made("new")])).differs).toBe(false);
    expect(only(await compared([kept({ log: "a", gone: "x" })], [kept({ log: "bc" })])).artifacts).toMatchObject([
      { name: "log", before: { size: 1 }, after: { size: 2 } },
      { name: "gone", before: { size: 1, path: "main/gone" } },
    ]);
  });
});

describe("runs that go on", () => {
  it("are compared as far as they are recorded", async () => {
    const journals = memoryJournalStore();
    const before = await makeRun(journals, "over", [step()]);
    await using journal = await journals.create(id("on"));
    await journal.append({ type: "run.started", executionId: crypto.randomUUID() as never, rootComponentId: "main" });
    await journal.append({ type: "node.started", path: at("main.step"), attempt: 1, nodeType: "test" });
    const comparison = await compareRuns({ journals, artifacts: memoryArtifactStore() }, { before, after: journal.runId });
    expect(comparison).toMatchObject({ differs: true, after: { status: "running", durationMs: null }, nodes: [{ after: { status: "running" } }] });
  });
});
