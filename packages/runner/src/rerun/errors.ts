import { DadError, type Json, messageOf, type NodePath, type PlanProblem, type PlanReason, type RerunPlan, type RunId } from "@dad/protocol";

/** `RERUN_PATH_INVALID`: a path of a re-run means nothing, or nothing exact, in the definition or in the earlier run. */
export class RerunPathError extends DadError<"RERUN_PATH_INVALID"> {
  constructor(option: string, path: string, problem: string) {
    super("RERUN_PATH_INVALID", `${option} ${JSON.stringify(path)}: ${problem}`, { details: { option, path } });
  }
}

/** `RERUN_SET_INVALID`: what is set for a re-run is nothing that the node or the component has, or does not fit. */
export class RerunSetError extends DadError<"RERUN_SET_INVALID"> {
  constructor(path: string, member: string, problem: string) {
    super("RERUN_SET_INVALID", `set ${path}.${member}: ${problem}`, { details: { path, member } });
  }
}

/** `RERUN_BASE_INVALID`: the earlier run cannot be gone on from. */
export class RerunBaseError extends DadError<"RERUN_BASE_INVALID"> {
  constructor(runId: RunId, problem: string, details: Readonly<Record<string, Json>> = {}) {
    super("RERUN_BASE_INVALID", `run ${runId} cannot be re-run: ${problem}`, { details: { runId, ...details } });
  }
}

const MOST_LISTED = 20;

/** `RERUN_REFUSED`: something would silently be wrong. Lists all of it, with what allows it. Nothing was executed. */
export class RerunRefusedError extends DadError<"RERUN_REFUSED"> {
  /** What the re-run would have done. */
  readonly plan: RerunPlan;

  constructor(plan: RerunPlan) {
    const { problems, of } = plan;
    const lines = problems.slice(0, MOST_LISTED).map((problem) => `\n  ${problem.message}${allowedBy(problem)}`);
    const more = problems.length > MOST_LISTED ? `\n  and ${problems.length - MOST_LISTED} more` : "";
    super("RERUN_REFUSED", `run ${of} is not re-run so, and nothing was executed:${lines.join("")}${more}`, {
      details: { of, problems: problems.slice(0, MOST_LISTED) as Json, count: problems.length },
    });
    this.plan = plan;
  }
}

function allowedBy({ allow }: PlanProblem): string {
  return allow.length === 0 ? "" : ` (allow it with ${allow.join(" or ")})`;
}

/** `RERUN_BROKEN`: what was to be reused cannot be given: its content is gone since, or its files do not go together with those of the run. */
export class RerunBrokenError extends DadError<"RERUN_BROKEN"> {
  constructor(path: NodePath, runId: RunId, options: { readonly cause: unknown }) {
    super("RERUN_BROKEN", `what run ${runId} has for node ${path} cannot be reused: ${messageOf(options.cause)}`, {
      details: { path, runId },
      ...options,
    });
  }
}

/** Whether something failed that is no failure of a node: no policy and no `try` handles that a re-run is not what it was to be. */
export function endsRerun(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) if (DadError.is(at, "REPLAY_DIVERGED") || DadError.is(at, "RERUN_BROKEN")) return true;
  return false;
}

/** `REPLAY_DIVERGED`: in a replay, a node is told, or gives, something else than in the record. */
export class ReplayDivergedError extends DadError<"REPLAY_DIVERGED"> {
  constructor(path: NodePath, runId: RunId, because: readonly PlanReason[]) {
    const [first] = because;
    const what = first === undefined ? "what it is told" : first.component;
    super("REPLAY_DIVERGED", `node ${path} is not as it was in run ${runId}: ${what} differs${first ? `: ${first.message}` : ""}`, {
      details: { path, runId, because: because.slice(0, MOST_LISTED) as Json },
    });
  }
}
