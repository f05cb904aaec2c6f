import type { AppendOptions } from "@dad/journal";
import type { Command, ExecOptions, ExecResult, IsolationPolicy, IsolationSpace } from "@dad/isolation";
import type { RunOutcome } from "@dad/outcome";
import type {
  ArtifactEntry,
  BudgetLimits,
  EventDraft,
  FinalStatus,
  InputId,
  Json,
  NodePath,
  RecordedEvent,
  RunDetails,
  RunEnvParams,
  StaticInputs,
} from "@dad/protocol";
import type { ResourceProfile } from "@dad/resources";
import type { ArtifactToKeep } from "./artifact-to-keep.ts";
import type { RunHistory } from "./run-history.ts";
import type { RunPorts } from "./run-ports.ts";
import type { RunTelemetry } from "./telemetry/run-telemetry.ts";

/**
 * One run, from set-up to completion: the only object that a component sees.
 *
 * Leaving the scope of an `await using run` releases everything. A run that nobody completed reads as
 * `interrupted` from then on, because disposal cannot know whether an error is on its way.
 */
export interface RunContext extends AsyncDisposable {
  readonly rootComponentId: string;
  readonly env: RunEnvParams;
  readonly ports: RunPorts;
  /** The versioned result tree of this run, when there is one. */
  readonly outcome: RunOutcome | undefined;
  /**
   * Absolute path of the directory that the run works in, apart from its record: the working tree of its outcome, or a workspace of
   * its own. `undefined` when it has neither.
   */
  readonly directory: string | undefined;
  readonly inputs: RunInputs;
  /** Aborted when the run is cancelled or over. */
  readonly signal: AbortSignal;
  /** The most that the run may use. Absent: anything. */
  readonly budget?: BudgetLimits | undefined;
  /** What had happened in this run before it was opened: nothing, unless it is resumed. */
  readonly history: RunHistory;
  /** Where the attempts of its nodes tell what they do. */
  readonly telemetry: Pick<RunTelemetry, "attempt" | "capture">;
  /**
   * Adds a fact to the journal and then tells the subscribers: once it is durable there, or, for what may be lost when the
   * process is killed (`wait: "ordered"`), once it has its place.
   */
  record(draft: EventDraft, options?: Pick<AppendOptions, "wait">): Promise<RecordedEvent>;
  /** Tells the subscribers what is not recorded, such as output as it comes. Never fails, and waits for nobody. */
  tell(draft: EventDraft): void;
  /** Stores content under a name. It belongs to the run once an event that lists it is recorded. */
  keep(artifact: ArtifactToKeep): Promise<ArtifactEntry>;
  /**
   * Shows kept artifacts in the readable directory of the run, when it has one: soon, and in the order of the calls. That one
   * could not be shown is told when the run completes.
   */
  show(artifacts: readonly ArtifactEntry[]): Promise<void>;
  /** A scope in which a runner works: its own environment, directory and cancellation. */
  isolate(options?: IsolateOptions): Promise<IsolatedExecution>;
  /** The run as it stands. */
  details(): RunDetails;
  /** Ends the run: commits its outcome, records how it ended, and shows it. Once. */
  complete(status: FinalStatus, error?: unknown): Promise<RunDetails>;
  /** Ends the work on the run, which goes on (`resumeRun`) when somebody has answered: commits its outcome, records for what it waits, and shows it. Once. */
  park(requests: readonly InputId[]): Promise<RunDetails>;
}

/**
 * The static inputs of a run: values given from outside, before anything is executed. What they are for, and whether they fit, is
 * known where the definition is: its runner refuses all that is wrong with them before it begins (`STATIC_INPUT_INVALID`).
 */
export interface RunInputs {
  /** By node path or unique id: those that are on record. */
  readonly values: ReadonlyMap<string, Json>;
  /** Files that the run was made with, in the order of their paths: below `static_inputs` of the run directory. */
  readonly files: readonly ArtifactEntry[];
  /**
   * Gives one, in the place of what was given for this path before, and records it.
   *
   * @throws StaticInputsError (`STATIC_INPUTS_INVALID`) for what JSON cannot carry, StaticInputsLateError (`STATIC_INPUTS_LATE`) once
   * something of the run was executed, `RUN_ENDED`.
   */
  register(path: string, value: Json): Promise<void>;
  /**
   * Gives several: an object of values by path, or the text of a `static_inputs.json`. All of them, or none.
   *
   * @throws as `register` does: of a text with line and column.
   */
  load(inputs: string | StaticInputs): Promise<void>;
}

export interface IsolateOptions {
  /** Variables of its commands. */
  readonly env?: Readonly<Record<string, string>>;
  /** What its commands are held to. Default: `cooperative`. */
  readonly policy?: IsolationPolicy;
  /** In the place of those of the run, for what works in it and all that it starts: `overriding(run.ports.resources, { … })`, for instance. */
  readonly resources?: ResourceProfile;
}

/** What a runner works in. */
export interface ExecutionScope {
  readonly run: RunContext;
  readonly space: IsolationSpace;
  /** Aborted when the run is cancelled or the execution is left. */
  readonly signal: AbortSignal;
  /**
   * A space that has what this policy requires besides that of the execution: the same one when it does, else another in the same
   * workspace, which is opened once for all who ask alike, and released with the execution: disposing of it does nothing.
   *
   * @throws `ISOLATION_UNAVAILABLE`, `ISOLATION_POLICY_INVALID`; `ISOLATION_CLOSED` once the execution was left.
   */
  isolated(policy: IsolationPolicy, options?: IsolatedOptions): Promise<IsolationSpace>;
}

export interface IsolatedOptions {
  /** The node that asks first, for the record. */
  readonly at?: NodePath;
  /** Of who asks. What was begun goes on for others. */
  readonly signal?: AbortSignal;
}

/** Something that works in a run: an agent's runner, or a function. */
export type RunTask<Result> = { run(scope: ExecutionScope): Promise<Result> } | ((scope: ExecutionScope) => Promise<Result>);

/**
 * One scope in which runners and commands work. Leaving it ends what still runs in it and releases the
 * space; so wait for what was started before leaving: `return await execution.run(runner)`.
 */
export interface IsolatedExecution extends AsyncDisposable {
  readonly space: IsolationSpace;
  run<Result>(task: RunTask<Result>): Promise<Result>;
  exec(command: Command, options?: ExecOptions): Promise<ExecResult>;
}
