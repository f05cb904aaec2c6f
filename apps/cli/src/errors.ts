import { type AnsweredBy, DadError, messageOf } from "@dad/protocol";

/** `USAGE_INVALID`: the command line itself is wrong. */
export class UsageError extends DadError<"USAGE_INVALID"> {
  constructor(message: string) {
    super("USAGE_INVALID", message);
  }
}

/** `NODE_TOO_OLD`: this Node does not run TypeScript files. */
export class NodeTooOldError extends DadError<"NODE_TOO_OLD"> {
  constructor(file: string, version: string) {
    super("NODE_TOO_OLD", `${file} is TypeScript, which Node ${version} does not run: use Node 22.18 or newer, or give a JavaScript file`, {
      details: { file, version },
    });
  }
}

/** `AGENT_FILE_UNKNOWN`: there is no such file. */
export class AgentFileUnknownError extends DadError<"AGENT_FILE_UNKNOWN"> {
  constructor(file: string, reason: string) {
    super("AGENT_FILE_UNKNOWN", `${file} ${reason}: give the path of a TypeScript or JavaScript file that exports an agent`, { details: { file } });
  }
}

/** `AGENT_FILE_FAILED`: the file is there but cannot be loaded: a syntax error, a missing import, code that throws. */
export class AgentFileFailedError extends DadError<"AGENT_FILE_FAILED"> {
  constructor(place: string, cause: unknown) {
    super("AGENT_FILE_FAILED", `${place} cannot be loaded: ${messageOf(cause)}`, { cause, details: { place } });
  }
}

/** `AGENT_MISSING`: the file exports no agent and no flow. */
export class AgentMissingError extends DadError<"AGENT_MISSING"> {
  constructor(file: string, exports: readonly string[]) {
    const found = exports.length === 0 ? "it exports nothing" : `it exports ${exports.join(", ")}, and none of that is one`;
    super("AGENT_MISSING", `${file} exports no agent and no flow: ${found}. Export one: export const agent = agent("id")…`, {
      details: { file, exports },
    });
  }
}

/** `AGENT_AMBIGUOUS`: the file exports several agents or flows, and none is named `agent`. */
export class AgentAmbiguousError extends DadError<"AGENT_AMBIGUOUS"> {
  constructor(file: string, exports: readonly string[]) {
    super("AGENT_AMBIGUOUS", `${file} exports several agents or flows: ${exports.join(", ")}. Name the one that is to run "agent"`, {
      details: { file, exports },
    });
  }
}

/** `STATIC_INPUTS_UNREADABLE`: the file with static inputs cannot be read. */
export class StaticInputsUnreadableError extends DadError<"STATIC_INPUTS_UNREADABLE"> {
  constructor(file: string, cause: unknown) {
    super("STATIC_INPUTS_UNREADABLE", `the static inputs ${file} cannot be read: ${messageOf(cause)}`, {
      cause,
      details: { file },
    });
  }
}

/** `RUN_ROOT_UNKNOWN`: there is no directory of runs where one was looked for. */
export class RunRootUnknownError extends DadError<"RUN_ROOT_UNKNOWN"> {
  constructor(runRoot: string) {
    super("RUN_ROOT_UNKNOWN", `there are no runs in ${runRoot}: there is no such directory. Go to the directory of a project, or give --run-root`, {
      details: { runRoot },
    });
  }
}

/** `RUN_UNKNOWN`: there is no run of this id; `suggestion` says which may have been meant. */
export class RunUnknownError extends DadError<"RUN_UNKNOWN"> {
  constructor(runId: string, runRoot: string, suggestion: string) {
    super("RUN_UNKNOWN", `there is no run ${JSON.stringify(runId)} in ${runRoot}; ${suggestion}`, { details: { runId, runRoot } });
  }
}

/** `OUTCOME_NONE`: a run has no outcome that could be looked at; `reason` says why. */
export class OutcomeNoneError extends DadError<"OUTCOME_NONE"> {
  constructor(runId: string, reason: string) {
    super("OUTCOME_NONE", `run ${runId} has no outcome: ${reason}`, { details: { runId } });
  }
}

/** `OUTCOME_MERGE_CONFLICT`: the same, with all files that conflict, and how a person merges them. */
export class MergeByHandError extends DadError<"OUTCOME_MERGE_CONFLICT"> {
  constructor({ message, details }: Pick<DadError, "message" | "details">, commands: readonly string[]) {
    const paths = Array.isArray(details["paths"]) ? details["paths"] : [];
    const told = [
      ...paths.map((path) => `  ${JSON.stringify(path)}`),
      "To merge by hand (git stops where they conflict: mend them there and commit, before you go on):",
      ...commands.map((command) => `  ${command}`),
    ];
    super("OUTCOME_MERGE_CONFLICT", `${message}. Both sides changed\n${told.join("\n")}`, { details });
  }
}

/** `BISECT_IMPOSSIBLE`: the nodes of a run left nothing that could be searched. */
export class BisectImpossibleError extends DadError<"BISECT_IMPOSSIBLE"> {
  constructor(runId: string) {
    super("BISECT_IMPOSSIBLE", `run ${runId} changed no files: there are no commits to search`, { details: { runId } });
  }
}

/** `BISECT_STOPPED`: a test ended as one does that was broken off, so that it says nothing of what it tested. */
export class BisectStoppedError extends DadError<"BISECT_STOPPED"> {
  constructor(commit: string, { what, how }: { readonly what: string; readonly how: string }) {
    super(
      "BISECT_STOPPED",
      `the test of ${what} (commit ${commit}) ${how}: that says nothing of what it tested, and stops the search. It is good with exit code 0, bad with 1 to 127, and cannot be told with 125`,
      { details: { commit } },
    );
  }
}

/** `PAGE_NOT_WRITTEN`: the file that was asked for could not be written. What was there before is still there. */
export class PageNotWrittenError extends DadError<"PAGE_NOT_WRITTEN"> {
  constructor(file: string, cause: unknown) {
    super("PAGE_NOT_WRITTEN", `${file} cannot be written: ${messageOf(cause)}`, { cause, details: { file } });
  }
}

/** `RUN_SOURCE_UNKNOWN`: a run that is to be gone on with or re-run does not say where its agent is. It was begun by a program. */
export class RunSourceUnknownError extends DadError<"RUN_SOURCE_UNKNOWN"> {
  constructor(runId: string) {
    super(
      "RUN_SOURCE_UNKNOWN",
      `run ${runId} does not say which file its agent is in: give it after the id of the run, as in ${runId} src/agent.ts`,
      {
        details: { runId },
      },
    );
  }
}

/** `DEFINITION_CHANGED`: a run is to go on with another agent than the one that it was begun with. */
export class AgentChangedError extends DadError<"DEFINITION_CHANGED"> {
  constructor(file: string, { details }: Pick<DadError, "details">) {
    super(
      "DEFINITION_CHANGED",
      `${file} has another agent than the one that the run was begun with: what is recorded was made by that one. ` +
        `Bring it back, or go on with the agent as it is now: --allow-changed`,
      { details },
    );
  }
}

/** A node of which somebody has to say whether it did its work. */
export interface OpenQuestion {
  readonly path: string;
  /** What it gives when it did, in short. */
  readonly gives: string | undefined;
}

/** `NODE_OUTCOME_UNKNOWN`: nobody knows whether nodes did what must not be done twice, and there is nobody at a terminal to ask. */
export class NobodyToAskError extends DadError<"NODE_OUTCOME_UNKNOWN"> {
  constructor(open: readonly OpenQuestion[]) {
    const paths = open.map(({ path }) => path);
    const told = open.map(({ path, gives = "any JSON" }) => `\n${path} gives ${gives}`).join("");
    super(
      "NODE_OUTCOME_UNKNOWN",
      `the run was interrupted while ${paths.join(", ")} did what must not be done twice, and nobody knows whether it was done. ` +
        `Look, and say so: --assume-not-done executes it again, --assume-done '${paths[0]}=<what it gave, as JSON>' does not${told}`,
      { details: { paths } },
    );
  }
}

/** `RUN_COMPLETED`: a run that somebody has something for needs nothing any more. */
export class RunOverError extends DadError<"RUN_COMPLETED"> {
  constructor(runId: string) {
    super("RUN_COMPLETED", `run ${runId} is completed: it asks nothing, and takes nothing, any more`, { details: { runId } });
  }
}

/** `INPUT_UNKNOWN`: a run asks no such thing. */
export class InputUnknownError extends DadError<"INPUT_UNKNOWN"> {
  constructor({ runId, root }: { readonly runId: string; readonly root: string }, given: string | undefined, open: readonly string[]) {
    const asks = open.length === 0 ? "it asks nothing at this moment" : `it asks ${namesText(open)}`;
    const early = `What it does not ask yet is answered by its whole id, ${root}.<node>:<key>`;
    const what = given === undefined ? `run ${runId} has nothing to answer: ${asks}` : `run ${runId} does not ask ${JSON.stringify(given)}: ${asks}`;
    super("INPUT_UNKNOWN", `${what}. ${early}`, { details: { runId, open: [...open], ...(given === undefined ? {} : { request: given }) } });
  }
}

/** `INPUT_AMBIGUOUS`: a run asks several things that somebody may mean. */
export class InputAmbiguousError extends DadError<"INPUT_AMBIGUOUS"> {
  constructor(runId: string, open: readonly string[]) {
    super("INPUT_AMBIGUOUS", `run ${runId} asks several things: say which of ${namesText(open)}`, { details: { runId, open: [...open] } });
  }
}

const MOST_NAMES = 10;

function namesText(names: readonly string[]): string {
  const more = names.length - MOST_NAMES;
  return names.slice(0, MOST_NAMES).join(", ") + (more > 0 ? ` and ${more} more (dad inputs lists them)` : "");
}

export interface RequestOver {
  readonly code: "INPUT_ANSWERED" | "INPUT_EXPIRED";
  readonly runId: string;
  /** Who answered. */
  readonly by?: AnsweredBy;
  readonly expiresAt?: string | undefined;
  /** What the run still asks. */
  readonly others: readonly string[];
}

/** `INPUT_ANSWERED`, `INPUT_EXPIRED`: a request has its answer, and nobody can give another one; it was to be answered by a time that is past. */
export class RequestOverError extends DadError<RequestOver["code"]> {
  constructor(request: string, { code, runId, by, expiresAt, others }: RequestOver) {
    const how = by ? `is answered already: by ${by.who ?? by.channel}, at ${by.at}` : `was to be answered by ${expiresAt}, and nobody did`;
    super(code, `${request} ${how}${others.length === 0 ? "" : `. What the run still asks: ${namesText(others)}`}`, {
      details: { runId, request, ...(by ? byDetails(by) : {}), ...(expiresAt === undefined ? {} : { expiresAt }) },
    });
  }
}

function byDetails({ channel, who, at }: AnsweredBy): { readonly channel: string; readonly at: string; readonly who?: string } {
  return { channel, at, ...(who === undefined ? {} : { who }) };
}

/** `INPUT_INVALID`: an answer does not fit what is asked. Nothing was answered. */
export class AnswerInvalidError extends DadError<"INPUT_INVALID"> {
  constructor(request: string, { problems, fits }: { readonly problems: readonly string[]; readonly fits: string }) {
    super("INPUT_INVALID", `this is no answer to ${request}: ${problems.join("; ")}. It takes ${fits}`, {
      details: { request, problems: [...problems] },
    });
  }
}

/** `INPUT_SECRET`: a secret cannot be given through a file. */
export class SecretAnswerError extends DadError<"INPUT_SECRET"> {
  constructor(request: string, resume: string) {
    super("INPUT_SECRET", `${request} asks for a secret, which is written nowhere: go on with the run in a terminal, and give it there: ${resume}`, {
      details: { request },
    });
  }
}

/** `UNCAUGHT_ERROR`: code of an agent threw where nothing of the run could catch it: in a timer, in a promise that nobody waits for. */
export class UncaughtError extends DadError<"UNCAUGHT_ERROR"> {
  constructor(cause: unknown) {
    super("UNCAUGHT_ERROR", `an error that nothing caught (in a timer, or in a promise that is not awaited): ${messageOf(cause)}`, { cause });
  }
}

/** `RUN_CANCELLED`: somebody asked the run to stop. */
export class RunCancelledError extends DadError<"RUN_CANCELLED"> {
  constructor(signal: NodeJS.Signals) {
    super("RUN_CANCELLED", `cancelled by ${signal === "SIGINT" ? "Ctrl-C" : signal}`, { retryable: true, details: { signal } });
  }
}

/** `TELEMETRY_MISSING`: nothing is kept of what the run told of itself. */
export class TelemetryMissingError extends DadError<"TELEMETRY_MISSING"> {
  constructor(runId: string, directory: string) {
    super("TELEMETRY_MISSING", `run ${runId} kept no spans, metrics or logs: there are none in ${directory}`, { details: { runId, directory } });
  }
}
