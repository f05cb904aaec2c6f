import type { JournalStore } from "@dad/journal";
import type { KeptTelemetry } from "@dad/observability";
import { errorEnvelope, type RunId, type RunListEntry, type StatsGroup, type StatsReport } from "@dad/protocol";
import { listRuns, readRun } from "@dad/run-context";
import type { RunIndex } from "@dad/run-index";
import { addCallSamples } from "./call-samples.ts";
import { nodeSamples } from "./node-samples.ts";
import { addSample, endOfStatus, type Sample, type SamplesByKey } from "./sample.ts";
import { statsGroup, type TimeWindow } from "./stats-group.ts";

export interface StatsPorts {
  readonly journals: JournalStore;
  readonly index?: RunIndex | undefined;
  /** What a run has told of itself; `undefined` of one that told nothing. Only calls of models are known from there alone. */
  readonly telemetry?: (runId: RunId) => Promise<KeptTelemetry | undefined>;
}

export type StatsBy = "agent" | "node" | "model";

export interface StatsOptions {
  readonly runRoot: string;
  /** Runs that started before that are left out. Default: none is. */
  readonly since?: Date | undefined;
  /** Until when it is. Default: now. */
  readonly until?: Date;
  /** What is told apart, besides the total. */
  readonly by?: StatsBy | undefined;
  /** In how many parts the time is divided. Default: 24. */
  readonly parts?: number;
  readonly signal?: AbortSignal;
}

/**
 * Adds up the runs that started in a time. Durations of runs are those of the clock on the wall, with what they waited; those of
 * nodes are what each attempt took. A run that cannot be read hides no other: it is in `unreadable`.
 */
export async function collectStats(ports: StatsPorts, options: StatsOptions): Promise<StatsReport> {
  const { until = new Date(), since, by, parts = 24, signal } = options;
  const abort = signal ? { signal } : {};
  const list = await listRuns(ports.journals, { runRoot: options.runRoot, index: ports.index, ...abort });
  const wanted = list.runs.filter((run) => isWithin(run, { since, until }));
  const unreadable = list.unreadable.map(({ runId, error }) => unreadableRun(runId, error));
  const [total, samples]: [Sample[], SamplesByKey] = [[], new Map()];
  for (const run of wanted) {
    try {
      const sample = await runSample(ports, run, options);
      const own: SamplesByKey = new Map();
      if (by === "agent") addSample(own, run.rootComponentId, sample);
      if (by === "node") await addNodes(ports, run.runId, { into: own, ...abort });
      if (by === "model") addCallSamples(await ports.telemetry?.(run.runId), own);
      total.push(sample);
      for (const [key, more] of own) for (const each of more) addSample(samples, key, each);
    } catch (error) {
      signal?.throwIfAborted();
      unreadable.push(unreadableRun(run.runId, error));
    }
  }
  const window = windowOf(total, { since, until, parts });
  return {
    format: "dad.stats/1",
    by: by ?? null,
    since: since?.toISOString() ?? null,
    until: until.toISOString(),
    total: statsGroup("", total, window),
    groups: [...samples].map(([key, of]) => statsGroup(key, of, window)).sort(mostFirst),
    unreadable,
  };
}

function isWithin({ startedAt }: RunListEntry, { since, until }: { readonly since: Date | undefined; readonly until: Date }): boolean {
  const start = Date.parse(startedAt);
  return start <= until.getTime() && (since === undefined || start >= since.getTime());
}

async function runSample({ journals }: StatsPorts, { runId }: RunListEntry, { runRoot, signal }: StatsOptions): Promise<Sample> {
  const { startedAt, endedAt, status, usage } = await readRun(journals, runId, { runRoot, ...(signal ? { signal } : {}) });
  const start = Date.parse(startedAt);
  return { start, end: endOfStatus(status), durationMs: endedAt === null ? undefined : Math.max(0, Date.parse(endedAt) - start), usage };
}

interface Into {
  readonly into: SamplesByKey;
  readonly signal?: AbortSignal;
}

async function addNodes({ journals }: StatsPorts, runId: RunId, { into, ...abort }: Into): Promise<void> {
  const nodes = nodeSamples(into);
  for await (const event of journals.read(runId, abort)) nodes.add(event);
  nodes.rest();
}

/** Without a beginning that was asked for, the time begins with the first run. */
function windowOf(runs: readonly Sample[], { since, until, parts }: { since: Date | undefined; until: Date; parts: number }): TimeWindow {
  const end = until.getTime();
  return { start: since?.getTime() ?? runs.reduce((first, { start }) => Math.min(first, start), end), end, parts };
}

function unreadableRun(runId: RunId, error: unknown): StatsReport["unreadable"][number] {
  const { code, message } = errorEnvelope(error);
  return { runId, code, message };
}

function mostFirst(left: StatsGroup, right: StatsGroup): number {
  return right.count - left.count || right.reused - left.reused || (left.key < right.key ? -1 : 1);
}
