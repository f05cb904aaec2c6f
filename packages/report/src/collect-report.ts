import { compareRuns } from "@dad/compare";
import type { ErrorEnvelope, ReportRun, RunComparison, RunId, RunReport } from "@dad/protocol";
import { collectContents } from "./contents.ts";
import { despiteDamage } from "./despite-damage.ts";
import { elementsOf } from "./elements.ts";
import { eventsOf } from "./events-of.ts";
import { kinOf } from "./kin.ts";
import { outcomeOf, withinPatchLimit } from "./outcome-of.ts";
import { readRecordedRun, type RecordedRun } from "./recorded-run.ts";
import { type AbortOptions, REPORT_LIMITS, type ReportLimits, type ReportPorts } from "./report-ports.ts";
import { telemetryOf } from "./telemetry-of.ts";
import { omissions, type Omissions, withinLimits } from "./within-limits.ts";

export interface CollectReportOptions extends AbortOptions {
  readonly runId: RunId;
  /** The run that it is compared with: the one before. */
  readonly against?: RunId | undefined;
  readonly limits?: Partial<ReportLimits>;
  /** Of what makes the report. */
  readonly version: string;
}

/**
 * Gathers what is known of a run: its journal, what its nodes were told and gave, traces, logs and metrics, and how it changed the files of its
 * outcome. The run may be going on, or have been killed: what is recorded of it by now is told. What cannot be read, or is too much, is left out,
 * and the report says so (`damage`, `omitted`).
 *
 * @throws `RUN_UNKNOWN`; `JOURNAL_DAMAGED` where not even the beginning of a journal can be read.
 */
export async function collectReport(
  ports: ReportPorts,
  { runId, against, limits: given, version, ...abort }: CollectReportOptions,
): Promise<RunReport> {
  const all = { ...REPORT_LIMITS, ...given };
  const limits = against === undefined ? all : halved(all);
  const run = await collectRun(ports, runId, { limits, ...abort });
  const head = { format: "dad.report/1" as const, generatedAt: new Date().toISOString(), version };
  if (against === undefined) return { ...head, run };
  const before = against === runId ? run : await collectRun(ports, against, { limits, ...abort });
  const { comparison, omitted, damage } = await compared(ports, { run, before }, { limits, ...abort });
  const whole = { ...run, omitted: [...run.omitted, ...omitted], ...damageOf([...(run.damage ?? []), ...damage]) };
  return { ...head, run: whole, before, ...(comparison ? { comparison } : {}) };
}

function halved(limits: ReportLimits): ReportLimits {
  const { content } = limits;
  const half = Object.fromEntries(Object.entries(limits).map(([name, limit]) => [name, Math.floor(limit / 2)])) as unknown as ReportLimits;
  return { ...half, content };
}

interface CollectRunOptions extends AbortOptions {
  readonly limits: ReportLimits;
}

async function collectRun(ports: ReportPorts, runId: RunId, { limits, ...abort }: CollectRunOptions): Promise<ReportRun> {
  const recorded = await readRecordedRun(ports, runId, abort);
  const omitted = omissions();
  const telemetry = await keptTelemetry(ports, recorded, { limits, omitted, ...abort });
  const events = withinLimits(eventsOf(recorded.events), { what: "events", limit: limits.events, omitted }, { ends: true });
  const contents = await collectContents(ports, recorded.events, { runId, limits, omitted, ...abort });
  const files = await outcomeOf(ports, recorded, { limit: limits.patch, omitted, ...abort });
  const runtime = await ports.runtime?.(runId, abort);
  const kin = await kinOf(ports, recorded.details, abort);
  const damage = [...(recorded.damage ? [recorded.damage] : []), ...telemetry.damage, ...contents.damage, ...files.damage, ...kin.damage];
  const { nodes: _nodes, components: _components, ...details } = recorded.details;
  return {
    details,
    elements: elementsOf(recorded),
    events,
    spans: telemetry.spans,
    logs: telemetry.logs,
    metrics: telemetry.metrics,
    contents: contents.contents,
    outcome: files.outcome,
    ancestors: kin.ancestors,
    descendants: kin.descendants,
    omitted: omitted.all(),
    ...(runtime ? { runtime } : {}),
    ...damageOf(damage),
  };
}

function damageOf(damage: readonly ErrorEnvelope[]): Pick<ReportRun, "damage"> {
  return damage.length === 0 ? {} : { damage: [...damage] };
}

interface KeptTelemetryOptions extends CollectRunOptions {
  readonly omitted: Omissions;
}

interface CollectedTelemetry extends Pick<ReportRun, "spans" | "logs" | "metrics"> {
  readonly damage: readonly ErrorEnvelope[];
}

async function keptTelemetry(ports: ReportPorts, { details: { runId } }: RecordedRun, options: KeptTelemetryOptions): Promise<CollectedTelemetry> {
  const { limits, omitted, ...abort } = options;
  const { value: kept, damage } = await despiteDamage(async () => await ports.telemetry?.(runId, abort), undefined, abort);
  if (!kept) return { spans: [], logs: [], metrics: [], damage };
  const { spans, repeated, logs, metrics } = telemetryOf(kept);
  omitted.add("spans", repeated, "they have the id of another one");
  return {
    spans: withinLimits(spans, { what: "spans", limit: limits.spans, omitted }),
    logs: withinLimits(logs, { what: "logs", limit: limits.logs, omitted }, { ends: true }),
    metrics: [...metrics],
    damage: kept.damaged === 0 ? [] : [unreadableLines(kept.damaged)],
  };
}

function unreadableLines(count: number): ErrorEnvelope {
  const lines = count === 1 ? "a line" : `${count} lines`;
  return {
    code: "TELEMETRY_DAMAGED",
    message: `${lines} of the traces, metrics and logs of the run cannot be read`,
    retryable: false,
    details: { count },
  };
}

interface TwoRuns {
  readonly run: ReportRun;
  readonly before: ReportRun;
}

interface Compared extends Pick<ReportRun, "omitted"> {
  readonly comparison: RunComparison | undefined;
  readonly damage: readonly ErrorEnvelope[];
}

/** Two runs of which one is damaged are shown, and not compared. */
async function compared(ports: ReportPorts, { run, before }: TwoRuns, { limits, ...abort }: CollectRunOptions): Promise<Compared> {
  const omitted = omissions();
  const compare = async (): Promise<RunComparison> => {
    const outcomes = await ports.outcomes?.(before.details);
    const found = await compareRuns({ ...ports, outcomes }, { before: before.details.runId, after: run.details.runId, ...abort });
    return { ...found, outcome: found.outcome && withinPatchLimit(found.outcome, { limit: limits.patch, omitted }) };
  };
  const { value: comparison, damage } = await despiteDamage<RunComparison | undefined>(compare, undefined, abort);
  return { comparison, omitted: omitted.all(), damage };
}
