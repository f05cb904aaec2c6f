import type { ErrorEnvelope, ReportRun, RunDetails, RunListEntry } from "@dad/protocol";
import { despiteDamage } from "./despite-damage.ts";
import type { AbortOptions, ReportPorts } from "./report-ports.ts";

export interface Kin extends Pick<ReportRun, "ancestors" | "descendants"> {
  readonly damage: readonly ErrorEnvelope[];
}

/** The runs that a run was made from, and those that were made from it. */
export async function kinOf(ports: ReportPorts, { runId, rerun }: RunDetails, abort: AbortOptions): Promise<Kin> {
  const { value: runs, damage } = await despiteDamage(async () => (await ports.runs?.(abort)) ?? [], [], abort);
  const known = new Map(runs.map((run) => [run.runId, run]));
  const before = rerun ? (rerun.lineage ?? [rerun.of]) : [];
  const isAfter = ({ rerun }: RunListEntry) => rerun?.of === runId || rerun?.lineage?.includes(runId) === true;
  return {
    ancestors: before.map((id) => known.get(id) ?? { runId: id }),
    descendants: runs.filter(isAfter).sort((left, right) => (left.startedAt < right.startedAt ? -1 : 1)),
    damage,
  };
}
