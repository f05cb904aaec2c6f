import type { NodeComparison, ReportAttempt, ReportRun } from "@dad/protocol";

export interface DecisionContext {
  readonly attempt: ReportAttempt;
  readonly rerun: ReportRun["details"]["rerun"];
  /** The same attempt in the comparison, where two runs are compared. */
  readonly compared?: NodeComparison | undefined;
}

/** Why a result was made, or taken over, in one sentence. */
export function whyDecided({ attempt, rerun, compared }: DecisionContext): string {
  const { decision, origin } = attempt;
  if (decision === "assumed") return "Somebody said that it was done, and what it gave: it was not executed.";
  if (decision === "reused") return `Its result was made in ${origin?.runId ?? "another run"}${origin ? `, attempt ${origin.attempt}` : ""}: it was not executed.`;
  if (attempt.attempt > 1) return "It was executed again because the attempt before failed.";
  const changes = compared?.fingerprint ?? [];
  if (changes.length > 0) return `It was executed because its fingerprint differs: ${changes.map(({ component }) => component).join(", ")}.`;
  if (!rerun) return "It was executed.";
  if (rerun.reuse === false) return "It was executed: nothing was to be reused.";
  if (rerun.from !== undefined) return `It was executed: the run was made anew from ${rerun.from}, or nothing was found to reuse.`;
  return `It was executed: ${rerun.of} has no result for this fingerprint.`;
}
