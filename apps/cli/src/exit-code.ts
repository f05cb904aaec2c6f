import { type ErrorEnvelope, errorEnvelope, type ForkReport, type RunStatus } from "@dad/protocol";

/** How a command tells its exit code. */
export type Finish = (exitCode: number) => void;

export const EXIT = {
  done: 0,
  failed: 1,
  /** Nothing was run: the usage, the configuration, the definition or the input is wrong. */
  usage: 2,
  waiting: 3,
  budgetExhausted: 4,
  /** What was compared is not the same; or something would be executed. */
  different: 10,
  cancelled: 130,
} as const;

const OF_STATUS: Readonly<Record<RunStatus, number>> = {
  completed: EXIT.done,
  failed: EXIT.failed,
  cancelled: EXIT.cancelled,
  waiting: EXIT.waiting,
  running: EXIT.failed,
  interrupted: EXIT.failed,
};

/** Of what stops a run from being made, or a command from finding what it is to show. All other errors: `failed`. */
const OF_CODE: Readonly<Record<string, number>> = {
  USAGE_INVALID: EXIT.usage,
  NODE_TOO_OLD: EXIT.usage,
  AGENT_FILE_UNKNOWN: EXIT.usage,
  AGENT_FILE_FAILED: EXIT.usage,
  AGENT_MISSING: EXIT.usage,
  AGENT_AMBIGUOUS: EXIT.usage,
  CONFIG_INVALID: EXIT.usage,
  CONFIG_UNREADABLE: EXIT.usage,
  PROFILE_UNKNOWN: EXIT.usage,
  PROFILE_INVALID: EXIT.usage,
  PROVIDER_UNKNOWN: EXIT.usage,
  RESOURCE_UNKNOWN: EXIT.usage,
  ISOLATION_UNAVAILABLE: EXIT.usage,
  ISOLATION_POLICY_INVALID: EXIT.usage,
  GIT_UNAVAILABLE: EXIT.usage,
  OUTCOME_REVISION_UNKNOWN: EXIT.usage,
  DEFINITION_INVALID: EXIT.usage,
  STATIC_INPUT_INVALID: EXIT.usage,
  INPUT_FILES_REFUSED: EXIT.usage,
  STATIC_INPUTS_INVALID: EXIT.usage,
  STATIC_INPUTS_LATE: EXIT.usage,
  STATIC_INPUTS_UNREADABLE: EXIT.usage,
  RUN_EXISTS: EXIT.usage,
  RUN_ID_INVALID: EXIT.usage,
  RUN_NOT_OPENED: EXIT.usage,
  RUN_ROOT_UNKNOWN: EXIT.usage,
  RUN_UNKNOWN: EXIT.usage,
  TELEMETRY_MISSING: EXIT.usage,
  NODE_UNKNOWN: EXIT.usage,
  OUTCOME_NONE: EXIT.usage,
  BISECT_IMPOSSIBLE: EXIT.usage,
  OUTCOME_DIRECTORY_TAKEN: EXIT.usage,
  OUTCOME_MERGE_REFUSED: EXIT.usage,
  NODE_AMBIGUOUS: EXIT.usage,
  ARTIFACT_UNKNOWN: EXIT.usage,
  RUN_SOURCE_UNKNOWN: EXIT.usage,
  RUN_LOCKED: EXIT.usage,
  RUN_COMPLETED: EXIT.usage,
  RUN_BUDGET_SPENT: EXIT.budgetExhausted,
  PRICE_UNKNOWN: EXIT.usage,
  INPUT_UNKNOWN: EXIT.usage,
  INPUT_AMBIGUOUS: EXIT.usage,
  INPUT_ANSWERED: EXIT.usage,
  INPUT_EXPIRED: EXIT.usage,
  INPUT_INVALID: EXIT.usage,
  INPUT_SECRET: EXIT.usage,
  INBOX_MESSAGE_TOO_LARGE: EXIT.usage,
  RUN_FILES_UNREACHABLE: EXIT.usage,
  DEFINITION_CHANGED: EXIT.usage,
  NODE_OUTCOME_UNKNOWN: EXIT.usage,
  ASSUMPTION_INVALID: EXIT.usage,
  RERUN_BASE_INVALID: EXIT.usage,
  RERUN_PATH_INVALID: EXIT.usage,
  RERUN_SET_INVALID: EXIT.usage,
  RERUN_REFUSED: EXIT.usage,
  FORK_REFUSED: EXIT.usage,
  TRASH_UNKNOWN: EXIT.usage,
  RUN_CANCELLED: EXIT.cancelled,
};

/** Of `dad run`, when there is a run. `error` is what was thrown, if something was. */
export function exitCodeOfRun(run: { readonly status: RunStatus; readonly error?: ErrorEnvelope | undefined }, error?: unknown): number {
  if (causes(run.error).some(({ code }) => code === "BUDGET_EXHAUSTED")) return EXIT.budgetExhausted;
  // It is on record that nothing could be executed, and why.
  if (run.error?.code === "OUTCOME_REVISION_UNKNOWN") return EXIT.usage;
  const code = OF_STATUS[run.status];
  return code === EXIT.done && error !== undefined ? EXIT.failed : code;
}

/** Of a fork. What stopped all of it outweighs how single children ended. */
export function exitCodeOfFork({ children, stopped }: Pick<ForkReport, "children" | "stopped">): number {
  if (stopped?.code === "BUDGET_EXHAUSTED") return EXIT.budgetExhausted;
  if (stopped) return OF_CODE[stopped.code] ?? EXIT.failed;
  const left = children.filter(({ status }) => status !== "completed");
  if (left.length === 0) return EXIT.done;
  return left.every(({ status }) => status === "waiting") ? EXIT.waiting : EXIT.failed;
}

/** Of a command that could not do what it is for. */
export function exitCodeOfError(error: unknown): number {
  return OF_CODE[errorEnvelope(error).code] ?? EXIT.failed;
}

function causes(error: ErrorEnvelope | undefined): ErrorEnvelope[] {
  return error ? [error, ...causes(error.cause)] : [];
}
