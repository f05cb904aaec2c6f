import type { ArtifactSource } from "@dad/artifacts";
import type { OutcomeSource } from "@dad/compare";
import type { JournalStore } from "@dad/journal";
import type { KeptTelemetry } from "@dad/observability";
import type { RelativePath, RunDetails, RunId, RunListEntry, RunRuntime } from "@dad/protocol";

export interface AbortOptions {
  readonly signal?: AbortSignal;
}

/** Where what is known of runs is read. What is optional is told to be missing in the report, or is just not in it. */
export interface ReportPorts {
  readonly journals: Pick<JournalStore, "read" | "owner">;
  readonly artifacts: ArtifactSource;
  /** The directory in which each run has one of its own: for people. */
  readonly runRoot?: string;
  /** What traces, metrics and logs have of a run; `undefined` when nothing was kept. */
  telemetry?(runId: RunId, options: AbortOptions): Promise<KeptTelemetry | undefined>;
  /** What the run was executed with; `undefined` when nothing was kept of it. */
  runtime?(runId: RunId, options: AbortOptions): Promise<RunRuntime | undefined>;
  /** The file in the directory of a run that shows an artifact: for what the store has not, as of a run that was copied from another machine. */
  shown?(runId: RunId, path: RelativePath, options: AbortOptions): Promise<AsyncIterable<Uint8Array> | undefined>;
  /** The repository that has the outcome of a run. */
  outcomes?(run: Pick<RunDetails, "runId" | "outcome">): Promise<OutcomeSource | undefined>;
  /** All runs, among which are those that were made from this one. */
  runs?(options: AbortOptions): Promise<readonly RunListEntry[]>;
}

/** How much a report brings along at most. Sizes in bytes of the JSON text, or thereabouts. In a comparison, both runs share it. */
export interface ReportLimits {
  /** Of all contents together. */
  readonly contents: number;
  /** Of one content: what is longer is cut. Of what a model was asked and replied, four times that; of an image, too, which is left out rather than cut. */
  readonly content: number;
  readonly spans: number;
  readonly logs: number;
  readonly events: number;
  /** Of the differences of files. */
  readonly patch: number;
}

const MIB = 2 ** 20;

/** Compressed, the page of a report that has all of this is some 25 MB large. */
export const REPORT_LIMITS: ReportLimits = {
  contents: 20 * MIB,
  content: MIB / 4,
  spans: 64 * MIB,
  logs: 24 * MIB,
  events: 24 * MIB,
  patch: 2 * MIB,
};

/** Of one text in a span, a log record or an event, in characters. */
export const LONGEST_TEXT = 16 * 1024;
