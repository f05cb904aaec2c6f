import { type BudgetLevel, DadError, type InputId, messageOf, type NodePath, type RunId, type RunStatus } from "@dad/protocol";

/** `RUN_ID_INVALID`: a run id or a prefix that cannot name a directory and a branch everywhere. */
export class RunIdError extends DadError<"RUN_ID_INVALID"> {
  constructor(what: "run id" | "run id prefix", value: string, reason = "it is not valid") {
    super("RUN_ID_INVALID", `${JSON.stringify(value)} cannot be a ${what}: ${reason}`, { details: { [what]: value } });
  }
}

/** `RUN_NOT_OPENED`: a run could not be made at all: the run root is not writable, say. Nothing is left of it. */
export class RunNotOpenedError extends DadError<"RUN_NOT_OPENED"> {
  constructor(runId: RunId, runRoot: string, cause: unknown) {
    super("RUN_NOT_OPENED", `cannot make run ${runId} in ${runRoot}: ${messageOf(cause)}. Choose a run root that can be written to`, {
      cause,
      details: { runId, runRoot },
    });
  }
}

/** `RUN_NOT_RECORDED`: how a run ended could not be recorded. Its `cause` is why; `ended` is the error that ended the run, if one did. */
export class RunNotRecordedError extends DadError<"RUN_NOT_RECORDED"> {
  /** What the run itself failed with. */
  readonly ended: unknown;

  constructor(runId: RunId, options: { readonly cause: unknown; readonly ended?: unknown }) {
    super("RUN_NOT_RECORDED", `the end of run ${runId} could not be recorded: ${messageOf(options.cause)}`, {
      cause: options.cause,
      details: { runId },
    });
    this.ended = options.ended;
  }
}

/** `RUN_NOT_SHOWN`: the end of a run is recorded, but its `run.json` still says something else. */
export class RunNotShownError extends DadError<"RUN_NOT_SHOWN"> {
  constructor(runId: RunId, status: RunStatus, cause: unknown) {
    super("RUN_NOT_SHOWN", `run ${runId} is recorded as ${status}, but its run.json could not be written: ${messageOf(cause)}`, {
      cause,
      details: { runId, status },
    });
  }
}

/** `ARTIFACT_REFUSED`: an artifact whose name cannot be a path, or whose data its format cannot carry. */
export class ArtifactRefusedError extends DadError<"ARTIFACT_REFUSED"> {
  constructor(
    { name, node }: { readonly name: string; readonly node?: NodePath | undefined },
    reason: string,
    options: { readonly cause?: unknown } = {},
  ) {
    const owner = node === undefined ? "of the run" : `of node ${node}`;
    super("ARTIFACT_REFUSED", `artifact ${JSON.stringify(name)} ${owner} cannot be kept: ${reason}`, {
      ...options,
      details: { name, node: node ?? null },
    });
  }
}

/** `RUN_ENDED`: something was asked of a run that is over. */
export class RunEndedError extends DadError<"RUN_ENDED"> {
  constructor(runId: RunId) {
    super("RUN_ENDED", `run ${runId} is over`, { details: { runId } });
  }
}

/** `STATIC_INPUTS_INVALID`: static inputs that are not a JSON object of values by path. It says all that is wrong, and where. */
export class StaticInputsError extends DadError<"STATIC_INPUTS_INVALID"> {
  readonly problems: readonly string[];

  constructor(problems: readonly string[], options: { readonly cause?: unknown } = {}) {
    super("STATIC_INPUTS_INVALID", problems.join("\n"), { ...options, details: { problems: [...problems] } });
    this.problems = problems;
  }
}

/** `STATIC_INPUTS_LATE`: static inputs for a run of which something was executed already, with the inputs that it had. */
export class StaticInputsLateError extends DadError<"STATIC_INPUTS_LATE"> {
  constructor(runId: RunId) {
    super(
      "STATIC_INPUTS_LATE",
      `run ${runId} has begun: static inputs are given before anything is executed. Make a re-run with others (dad rerun ${runId} --input <path>=<json>)`,
      { details: { runId } },
    );
  }
}

/** `RUN_FILES_UNREACHABLE`: a run that is to be resumed has its files where they cannot be reached: it began with an outcome, say, and is to go on without. */
export class RunFilesError extends DadError<"RUN_FILES_UNREACHABLE"> {
  constructor(runId: RunId, place: string, remedy: string) {
    super("RUN_FILES_UNREACHABLE", `run ${runId} has its files ${place}: ${remedy}`, { details: { runId, place } });
  }
}

/** `RUN_COMPLETED`: a run that is to be resumed has done all its work. */
export class RunCompletedError extends DadError<"RUN_COMPLETED"> {
  constructor(runId: RunId) {
    super("RUN_COMPLETED", `run ${runId} is completed: there is nothing to resume. Run its agent anew, or make a re-run (dad rerun ${runId})`, {
      details: { runId },
    });
  }
}

/** `RUN_WAITING`: nothing in the run can go on before somebody answers. It is no failure: `resumeRun` goes on. `details.requests` says what is asked. */
export class RunWaitingError extends DadError<"RUN_WAITING"> {
  readonly requests: readonly InputId[];

  constructor(runId: RunId, requests: readonly InputId[]) {
    super("RUN_WAITING", `run ${runId} waits for ${requests.join(", ")}: answer, then resume it`, { details: { runId, requests: [...requests] } });
    this.requests = requests;
  }
}

/** A limit that is spent, and what the call needs that did not fit. */
export interface SpentLevel extends BudgetLevel {
  readonly wanted: number;
}

/** `RUN_BUDGET_SPENT`: a run that is to be resumed has used up its budget: it would end again at once. Nothing was done. `details.levels` says which limits. */
export class RunBudgetSpentError extends DadError<"RUN_BUDGET_SPENT"> {
  readonly levels: readonly SpentLevel[];

  /** @param more - What to give instead of each. */
  constructor(runId: RunId, levels: readonly SpentLevel[], more: readonly string[]) {
    const listed = levels.map(({ unit, limit, spent, wanted, isPart }) => {
      if (isPart) return "what it cost is not known, so that no limit in US dollars can hold";
      return `${spent} of ${limit} ${unit} are spent${wanted > 0 ? `, and the next call may need ${wanted}` : ""}`;
    });
    super(
      "RUN_BUDGET_SPENT",
      `the budget of run ${runId} is spent, and it would end again at once: ${listed.join("; ")}. Give it more (dad resume ${runId} --budget ${more.join(",")})`,
      { details: { runId, levels: levels.map(({ scope, unit, limit, spent, wanted }) => ({ scope, unit, limit, spent, wanted })) } },
    );
    this.levels = levels;
  }
}
