import { DadError, type ErrorEnvelope, errorEnvelope, type ReportRun, type RunDetails, type RunListEntry } from "@dad/protocol";
import type { AbortOptions, ReportPorts } from "./report-ports.ts";

export interface Kin extends Pick<ReportRun, "ancestors" | "descendants"> {
  readonly damage: readonly ErrorEnvelope[];
}

/** The runs that a run was made from, and those that were made from it. */
export async function kinOf(ports: ReportPorts, { runId, rerun }: RunDetails, abort: AbortOptions): Promise<Kin> {
  const { runs, damage } = await allRuns(ports, abort);
  const known = new Map(runs.map((run) => [run.runId, run]));
  const before = rerun ? (rerun.lineage ?? [rerun.of]) : [];
  const isAfter = ({ rerun }: RunListEntry) => rerun?.of === runId || rerun?.lineage?.includes(runId) === true;
  return {
    ancestors: before.map((id) => known.get(id) ?? { runId: id }),
    descendants: runs.filter(isAfter).sort((left, right) => (left.startedAt < right.startedAt ? -1 : 1)),
    damage,
  };
}

async function allRuns(
  ports: ReportPorts,
  abort: AbortOptions,
): Promise<{ readonly runs: readonly RunListEntry[]; readonly damage: readonly ErrorEnvelope[] }> {
  try {
    return { runs: (await ports.runs?.(abort)) ?? [], damage: [] };
  } catch (error) {
    abort.signal?.throwIfAborted();
    if (!DadError.is(error)) throw error;
    return { runs: [], damage: [errorEnvelope(error)] };
  }
}
