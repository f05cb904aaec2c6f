import type { NodeComparison, ReportAttempt, ReportRun } from "@dad/protocol";

export interface DecisionContext {
  readonly path: string;
  readonly attempt: ReportAttempt;
  readonly rerun: ReportRun["details"]["rerun"];
  /** The same attempt in the comparison, where two runs are compared. */
  readonly compared?: NodeComparison | undefined;
}

/** Why a result was made, or taken over, in one sentence. */
export function whyDecided({ path, attempt, rerun, compared }: DecisionContext): string {
  const { decision, origin } = attempt;
  if (decision === "assumed") return "Somebody said that it was done, and what it gave: it was not executed.";
  if (decision === "reused")
    return `Its result was made in ${origin?.runId ?? "another run"}${origin ? `, attempt ${origin.attempt}` : ""}: it was not executed.`;
  if (attempt.attempt > 1) return "It was executed again because the attempt before failed.";
  const changes = compared?.fingerprint ?? [];
  if (changes.length > 0) return `It was executed because its fingerprint differs: ${changes.map(({ component }) => component).join(", ")}.`;
  if (!rerun) return "It was executed.";
  if (rerun.reuse === false) return "It was executed: nothing was to be reused.";
  if (path === rerun.from || path.startsWith(`${rerun.from}.`)) return `It was executed: the run was made anew from ${rerun.from}.`;
  if (rerun.reask?.includes(path)) return "It was executed although it is unchanged: it was to be asked again.";
  return `It was executed: no result of ${rerun.of} was reused for it.`;
}
