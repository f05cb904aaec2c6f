const MOST = 3;

/** The run ids that were probably meant: those that hold what was written, or else differ from it in a few characters. */
export function nearestRuns(written: string, runIds: readonly string[]): string[] {
  const wanted = written.toLowerCase();
  const holding = wanted.length < 3 ? [] : runIds.filter((runId) => runId.includes(wanted));
  if (holding.length > 0) return holding.slice(0, MOST);
  return runIds.filter((runId) => Math.abs(runId.length - wanted.length) <= 2 && differences(wanted, runId) <= 2).slice(0, MOST);
}

/** How many characters were changed, left out or added (Levenshtein), counted up to the few that matter. */
function differences(left: string, right: string, limit = 2): number {
  if (left === "" || right === "") return left.length + right.length;
  if (left[0] === right[0]) return differences(left.slice(1), right.slice(1), limit);
  if (limit === 0) return 1;
  const others = [
    [left.slice(1), right],
    [left, right.slice(1)],
    [left.slice(1), right.slice(1)],
  ] as const;
  return 1 + Math.min(...others.map(([one, other]) => differences(one, other, limit - 1)));
}
