import { nearestName } from "@dad/protocol";

const MOST = 3;

/** The run ids that were probably meant: those that hold what was written, or else the one that differs from it in a few characters. */
export function nearestRuns(written: string, runIds: readonly string[]): string[] {
  const wanted = written.toLowerCase();
  const holding = wanted.length < 3 ? [] : runIds.filter((runId) => runId.includes(wanted));
  if (holding.length > 0) return holding.slice(0, MOST);
  const nearest = nearestName(wanted, runIds);
  return nearest === undefined ? [] : [nearest];
}
