import { memoryJournalStore } from "@dad/journal/memory";
import { type KeptTelemetry, SpanKind, SpanStatusCode } from "@dad/observability";
import { type EventDraft, ExecutionId, NO_USAGE, NodePath, RunId, StatsReport, type Usage } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { collectStats, type StatsOptions } from "./collect-stats.ts";

const EXECUTION = ExecutionId.parse("0193a5b0-7a5c-7000-8000-000000000001");
const paid: Usage = { inputTokens: 10, outputTokens: 5, costUsd: 0.25 };
const step = NodePath.parse("coder.work.iter_0.step");
const started = { type: "node.started", path: step, attempt: 1, nodeType: "step" } satisfies EventDraft;
const completed = {
  type: "node.completed",
  path: step,
  attempt: 1,
  decision: "executed",
  durationMs: 20,
  artifacts: [],
  usage: paid,
} satisfies EventDraft;

async function storeWith(runs: Readonly<Record<string, readonly EventDraft[]>>, agentOf: Readonly<Record<string, string>> = {}) {
  const journals = memoryJournalStore();
  for (const [name, drafts] of Object.entries(runs)) {
    await using journal = await journals.create(RunId.parse(name));
    await journal.append({ type: "run.started", executionId: EXECUTION, rootComponentId: agentOf[name] ?? "coder" });
    for (const draft of drafts) await journal.append(draft);
  }
  return journals;
}

async function stats(journals: Awaited<ReturnType<typeof storeWith>>, options: Partial<StatsOptions> = {}, telemetry?: KeptTelemetry) {
  const report = await collectStats({ journals, telemetry: async () => telemetry }, { runRoot: "/runs", ...options });
  expect(StatsReport.parse(report)).toEqual(report);
  return report;
}

const failure = { code: "SOME", message: "failed", retryable: false };

describe("collectStats", () => {
  it("counts how runs ended, and what they used", async () => {
    const journals = await storeWith({
      good: [started, completed, { type: "run.completed", usage: paid }],
      bad: [{ type: "run.failed", usage: NO_USAGE, error: failure }],
      stopped: [{ type: "run.cancelled", usage: NO_USAGE }],
      killed: [],
    });
    const { total, groups, unreadable } = await stats(journals);
    expect(total).toMatchObject({
      count: 4,
      completed: 1,
      failed: 1,
      cancelled: 1,
      open: 1,
      usage: { inputTokens: 10, outputTokens: 5, costUsd: 0.25 },
    });
    expect(total.series.reduce((sum, { count }) => sum + count, 0)).toBe(4);
    expect([groups, unreadable]).toEqual([[], []]);
  });

  it("says that a cost is unknown when that of one run is", async () => {
    const unknown = { ...completed, usage: { ...paid, costUsd: null } };
    const journals = await storeWith({ one: [started, completed], two: [started, unknown] });
    expect((await stats(journals)).total.usage).toMatchObject({ inputTokens: 20, costUsd: null });
  });

  it("tells agents apart, the one with most runs first", async () => {
    const journals = await storeWith({ a: [], b: [], c: [] }, { a: "writer" });
    const { groups } = await stats(journals, { by: "agent" });
    expect(groups.map(({ key, count }) => [key, count])).toEqual([
      ["coder", 2],
      ["writer", 1],
    ]);
  });

  it("takes the iterations of a loop for one node, and each attempt for an execution", async () => {
    const second = NodePath.parse("coder.work.iter_1.step");
    const journals = await storeWith({
      run: [
        started,
        { type: "node.failed", path: step, attempt: 1, durationMs: 10, artifacts: [], error: failure, usage: paid },
        { ...started, attempt: 2 },
        { ...completed, attempt: 2 },
        { ...started, path: second },
      ],
    });
    const { groups } = await stats(journals, { by: "node" });
    expect(groups).toMatchObject([
      {
        key: "coder.work.iter_*.step",
        count: 3,
        completed: 1,
        failed: 1,
        open: 1,
        duration: { total: 30, p50: 10, max: 20 },
        usage: { inputTokens: 20 },
      },
    ]);
  });

  it("counts what was reused apart, as nothing that was executed or paid", async () => {
    const origin = { runId: RunId.parse("before"), seq: 3, attempt: 1 };
    const journals = await storeWith({ run: [{ ...completed, decision: "reused", origin }] });
    const { groups } = await stats(journals, { by: "node" });
    expect(groups).toMatchObject([{ count: 0, reused: 1, completed: 0, usage: { inputTokens: 0, costUsd: 0 }, duration: { p50: null } }]);
  });

  it("leaves out runs that started before the time", async () => {
    const journals = await storeWith({ run: [] });
    const soon = new Date(Date.now() + 1000);
    expect((await stats(journals, { since: soon, until: new Date(soon.getTime() + 1000) })).total.count).toBe(0);
    expect((await stats(journals, { since: new Date(0) })).total.count).toBe(1);
  });

  it("goes on when a run cannot be read, and says which", async () => {
    const journals = await storeWith({ run: [started, completed], damaged: [] });
    const read: typeof journals.read = (runId, options) => {
      if (runId === "damaged") throw new Error("unreadable");
      return journals.read(runId, options);
    };
    const report = await stats({ ...journals, read }, { by: "node" });
    expect(report).toMatchObject({ total: { count: 1 }, unreadable: [{ runId: "damaged", message: "unreadable" }] });
  });

  describe("by model", () => {
    const call = (attributes: KeptTelemetry["spans"][number]["attributes"], took: number): KeptTelemetry["spans"][number] => ({
      name: "chat",
      kind: SpanKind.CLIENT,
      traceId: "1".repeat(32),
      spanId: "2".repeat(16),
      startTime: 1000,
      endTime: 1000 + took,
      attributes: { "gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", ...attributes },
      status: { code: SpanStatusCode.UNSET },
      events: [],
      links: [],
    });

    it("adds up the calls in the traces: a recorded one used nothing", async () => {
      const telemetry: KeptTelemetry = {
        spans: [
          call({ "gen_ai.request.model": "big", "gen_ai.usage.input_tokens": 7, "gen_ai.usage.output_tokens": 3, "dad.cost.usd": 0.5 }, 30),
          call({ "gen_ai.request.model": "big", "error.type": "MODEL_FAILED" }, 10),
          call({ "gen_ai.request.model": "small", "dad.usage.recorded.calls": 1, "dad.usage.recorded.input_tokens": 9 }, 1),
          { ...call({}, 5), attributes: { "gen_ai.operation.name": "execute_tool" } },
        ],
        unfinished: [call({ "gen_ai.request.model": "small" }, 0)],
        logs: [],
        metrics: [],
        damaged: 0,
      };
      const { groups } = await stats(await storeWith({ run: [] }), { by: "model" }, telemetry);
      expect(groups).toMatchObject([
        { key: "openai/big", count: 2, completed: 1, failed: 1, usage: { inputTokens: 7, outputTokens: 3, costUsd: 0.5 }, duration: { max: 30 } },
        { key: "openai/small", count: 2, completed: 1, open: 1, usage: { inputTokens: 0, costUsd: 0, recorded: { calls: 1, inputTokens: 9 } } },
      ]);
    });

    it("has none of a run that told nothing", async () => {
      expect((await stats(await storeWith({ run: [] }), { by: "model" })).groups).toEqual([]);
    });
  });
});
