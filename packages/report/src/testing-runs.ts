import { inlineContent } from "@dad/artifacts";
import { JournalDamagedError, type JournalOwner, RunUnknownError } from "@dad/journal";
import { ArtifactEntry, canonicalJson, type EventDraft, type Json, type RecordedEvent, RunEvent, RunId, RunReport } from "@dad/protocol";
import { collectReport, type CollectReportOptions } from "./collect-report.ts";
import type { ReportPorts } from "./report-ports.ts";

// For the tests of this package only.

export const id = (name: string): RunId => RunId.parse(name);

/** 22 November 2026. Each event is a tenth of a second after the one before. */
const BEGIN = Date.UTC(2026, 10, 22);
const STEP_MS = 100;
/** When the event with this number was recorded. */
export const timeOf = (seq: number): number => BEGIN + (seq - 1) * STEP_MS;

type Draft = { readonly type: EventDraft["type"] } & Readonly<Record<string, unknown>>;

export interface MadeRun {
  /** After `run.started`, which is the first. */
  readonly events: readonly Draft[];
  readonly started?: object;
  readonly live?: boolean;
  /** From this event on the journal cannot be read. */
  readonly damagedFrom?: number;
}

/** Journals in which this is recorded. */
export function journalsOf(runs: Readonly<Record<string, MadeRun>>): ReportPorts["journals"] {
  const known = (runId: RunId): MadeRun => {
    const run = runs[runId];
    if (!run) throw new RunUnknownError(runId);
    return run;
  };
  return {
    async *read(runId) {
      const { events, started, damagedFrom = Infinity } = known(runId);
      const first: Draft = { type: "run.started", executionId: "0196fa4e-0000-7000-8000-000000000001", rootComponentId: "main", ...started };
      for (const [index, draft] of [first, ...events].entries()) {
        if (index + 1 >= damagedFrom) throw new JournalDamagedError(runId, { line: index + 1, reason: "it is not what its writer wrote" });
        yield recorded(runId, draft, index + 1);
      }
    },
    owner: async (runId) => (runs[runId]?.live ? ({ pid: 1, host: "here", since: "now", epoch: 1 } satisfies JournalOwner) : undefined),
  };
}

function recorded(runId: RunId, draft: Draft, seq: number): RecordedEvent {
  const chain = { mono: seq, epoch: 1, prev: `sha256:${"0".repeat(64)}`, hash: `sha256:${"1".repeat(64)}` };
  return RunEvent.parse({ ...draft, ...chain, runId, seq, time: new Date(timeOf(seq)).toISOString() }) as RecordedEvent;
}

export const started = (path: string, attempt = 1): Draft => ({ type: "node.started", path, attempt, nodeType: "test" });
export const component = (path: string, kind = "flow"): Draft => ({ type: "component.started", path, kind });
export const completed = (path: string, more: object = {}): Draft => ({
  type: "node.completed",
  path,
  attempt: 1,
  decision: "executed",
  durationMs: 10,
  artifacts: [],
  ...more,
});
export const failed = (path: string, more: object = {}): Draft => ({
  type: "node.failed",
  path,
  attempt: 1,
  durationMs: 10,
  artifacts: [],
  error: { code: "NODE_FAILED", message: "no luck", retryable: false },
  ...more,
});

/** Content that travels in its entry: texts as texts, and all else as JSON. */
export function entryOf(name: string, value: Json, mediaType?: string): ArtifactEntry {
  const text = typeof value === "string";
  const content = inlineContent(text ? value : canonicalJson(value), mediaType ?? (text ? "text/plain" : "application/json"));
  if (!content) throw new TypeError("it is too large to travel");
  return ArtifactEntry.parse({ ...content, name, path: `main/${name}` });
}

export const NO_ARTIFACTS: ReportPorts["artifacts"] = { get: async () => undefined };

export interface Collecting extends Partial<Omit<ReportPorts, "journals">>, Partial<Pick<CollectReportOptions, "limits" | "against">> {
  /** Default `one`. */
  readonly runId?: RunId;
}

/** The report of these runs, as it travels in a page. */
export async function collected(
  runs: Readonly<Record<string, MadeRun>>,
  { runId = id("one"), limits, against, ...ports }: Collecting = {},
): Promise<RunReport> {
  const options = { runId, version: "1.2.3", against, ...(limits ? { limits } : {}) };
  const report = await collectReport({ journals: journalsOf(runs), artifacts: NO_ARTIFACTS, ...ports }, options);
  return RunReport.parse(JSON.parse(JSON.stringify(report)));
}
