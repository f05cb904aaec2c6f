import { addUsage, type ExecutionId, NO_USAGE, type ReportRun, RunReport, type RunEvent, type RunId, type RunStatus } from "@dad/protocol";
import { HOSTILE_TEXTS, PATCH } from "./contents.ts";
import { CHANGES, madeComparison } from "./made-comparison.ts";
import { addSpan, BEGIN, type Recorder, recorder, tell } from "./recorder.ts";
import type { Story } from "./asking.ts";
import { EARLIER, writerRun } from "./story.ts";

export interface MadeReportOptions extends Partial<Story> {
  /** The same seed makes the same report. Default 1. */
  readonly seed?: number;
  /** How many spans there are in all, at least. */
  readonly spans?: number;
  /** Default `completed`, or `interrupted` of a run that goes on. */
  readonly status?: RunStatus;
  /** With the run before, and how they differ. */
  readonly compared?: boolean;
}

/** A report of a run that never was, with everything that there is in a run. */
export function madeReport({ compared = false, ...options }: MadeReportOptions = {}): RunReport {
  const run = madeRun("writer_run_20261122_073443_1f9c2a", options);
  const before = compared ? madeRun(EARLIER, { ...options, goesOn: false, tone: "wet", seed: (options.seed ?? 1) + 1, spans: 0 }) : undefined;
  const report = {
    format: "dad.report/1",
    generatedAt: new Date(BEGIN + 2_000_000).toISOString(),
    version: "0.1.0",
    run,
    ...(before ? { before, comparison: madeComparison(before, run) } : {}),
  };
  return RunReport.parse(report);
}

function madeRun(runId: string, { seed = 1, spans = 0, status, ...story }: MadeReportOptions): ReportRun {
  const made = recorder(runId, seed);
  const told: Story = { goesOn: false, hostile: false, tone: "dry", sources: 6, ...story };
  const root = made.chance.hex(16);
  tell(made, BEGIN, {
    type: "run.started",
    executionId: "0196fa4e-0000-7000-8000-000000000001" as ExecutionId,
    rootComponentId: "writer",
    rerun: { of: EARLIER },
  });
  const end = writerRun(made, told, root);
  const last = end === null ? null : end + 8;
  addSpan(made, { spanId: root, name: "invoke_workflow writer", start: BEGIN, end: last, attributes: { "dad.run.id": runId } });
  moreSpans(made, { parent: root, count: spans });
  const details = detailsOf(made, { end: last, status: status ?? (last === null ? "interrupted" : "completed") });
  if (last !== null) tell(made, last, { type: "run.completed", usage: details.usage });
  const { start = null } = details;
  return {
    details,
    elements: made.elements,
    events: eventsOf(made),
    spans: made.spans,
    logs: made.logs.toSorted((left, right) => left.time - right.time),
    metrics: metricsOf(details),
    contents: made.contents,
    outcome: details.outcome ? { before: start, after: details.outcome, changes: CHANGES, patch: PATCH } : null,
    ancestors: [
      { runId: EARLIER, status: "failed", rootComponentId: "writer", startedAt: new Date(BEGIN - 90_000_000).toISOString() },
      { runId: "writer_run_gone" as RunId },
    ],
    descendants: [
      {
        runId: "writer_rerun_20261123_080000_77aa01" as RunId,
        status: "completed",
        rootComponentId: "writer",
        startedAt: new Date(BEGIN + 90_000_000).toISOString(),
        endedAt: null,
        rerun: { of: runId as RunId },
      },
    ],
    omitted: [{ what: "contents", count: 1, reason: "the report has no room for more" }],
  };
}

/** Spans in chains below one, so that a trace is both wide and deep. */
function moreSpans(made: Recorder, { parent, count }: { readonly parent: string; readonly count: number }): void {
  const DEPTH = 6;
  let chain = [parent];
  const missing = Math.max(0, count - made.spans.length);
  for (let index = 0; index < missing; index++) {
    if (chain.length > DEPTH) chain = [parent];
    const start = BEGIN + 100 + (index * 900_000) / (missing || 1);
    const path = `writer.research.sources.iter_${index % 6}.ask`;
    const fails = index % 997 === 996;
    const span = {
      name: `${index % 3 === 0 ? "execute_tool step" : "chat large-1"} ${index}`,
      kind: index % 3 === 0 ? 1 : 3,
      start,
      end: start + made.chance.between(1, 4_000),
      path,
      status: fails ? ("error" as const) : ("ok" as const),
    };
    chain.push(
      addSpan(made, { ...span, parentSpanId: chain.at(-1) ?? parent, attributes: { "dad.node.path": path, "gen_ai.request.model": "large-1" } }),
    );
  }
}

function eventsOf({ events, runId }: Recorder): RunEvent[] {
  const inOrder = events.toSorted((left, right) => left.time - right.time);
  return inOrder.map(({ time, draft }, index) => ({ ...draft, runId, seq: index + 1, time: new Date(time).toISOString() }));
}

interface Ending {
  readonly end: number | null;
  readonly status: RunStatus;
}

function detailsOf({ elements, runId, traceId, chance }: Recorder, { end, status }: Ending): ReportRun["details"] {
  const executed = elements.flatMap(({ attempts = [] }) => attempts).filter(({ decision }) => decision === "executed");
  const commit = () => ({ commit: chance.hex(40), tree: chance.hex(40) });
  const source = { repository: "/home/ada/tides", revision: "main", commit: chance.hex(40) };
  return {
    runId,
    executionId: "0196fa4e-0000-7000-8000-000000000001" as ExecutionId,
    status,
    runDir: `/home/ada/tides/runs/${runId}`,
    outcome: end === null ? null : { branch: `run/${runId}`, ...commit() },
    start: { branch: "main", ...commit(), source },
    usage: executed.reduce((sum, { usage = NO_USAGE }) => addUsage(sum, usage), NO_USAGE),
    saved: { calls: 1, inputTokens: 812, outputTokens: 96, costUsd: 0.003_876 },
    rootComponentId: "writer",
    startedAt: new Date(BEGIN).toISOString(),
    endedAt: end === null ? null : new Date(end).toISOString(),
    rerun: { of: EARLIER, set: { "writer.publish": { title: HOSTILE_TEXTS[0] ?? "" } }, lineage: [EARLIER, "writer_run_gone" as RunId] },
    source: { file: "agents/writer.ts", profile: "dev", project: "tides" },
    budget: [
      { scope: "run", unit: "usd", limit: 1, spent: 0.21 },
      { scope: "profile dev", unit: "tokens", limit: 100_000, spent: 99_000, isPart: true },
    ],
    traceparent: `00-${traceId}-${chance.hex(16)}-01`,
  };
}

function metricsOf({ usage }: ReportRun["details"]): ReportRun["metrics"] {
  const attributes = { "gen_ai.request.model": "large-1", "gen_ai.provider.name": "anthropic" };
  return [
    {
      name: "gen_ai.client.token.usage",
      unit: "{token}",
      description: "Tokens.",
      attributes: { ...attributes, "gen_ai.token.type": "input" },
      value: usage.inputTokens,
      count: 6,
      bounds: [1, 4, 16, 64, 256, 1_024, 4_096],
      buckets: [0, 0, 0, 0, 0, 2, 4, 0],
    },
    {
      name: "gen_ai.client.operation.duration",
      unit: "s",
      description: "How long calls took.",
      attributes,
      value: 8.25,
      count: 12,
      bounds: [0.1, 0.5, 1, 2.5],
      buckets: [0, 3, 5, 4, 0],
    },
    { name: "dad.node.executions", unit: "{execution}", description: "Attempts.", attributes: { "dad.node.type": "ai_model" }, value: 7 },
  ];
}
