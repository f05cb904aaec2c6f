import type { RunId } from "@dad/protocol";
import type { Guards, Guard } from "./guard.ts";

export interface IsolationSpec {
  readonly runId: RunId;
  /** Absolute path of the directory to work in. It may be missing as long as no command runs: a run in memory has none. */
  readonly workspace: string;
  /** The whole environment, besides a `HOME` of the run's own and what a program needs to start and to print. Nothing else of the host's leaks in. */
  readonly env?: Readonly<Record<string, string>>;
  /** What must be guarded. Default: nothing beyond what the adapter has. */
  readonly require?: readonly Guard[];
}

/** What is missing, and what to do about it. */
export interface IsolationProblem {
  readonly guard?: Guard;
  readonly message: string;
  /** A command or a sentence that somebody can follow. */
  readonly remedy: string;
}

export interface IsolationProbe {
  readonly available: boolean;
  readonly guards: Guards;
  readonly problems: readonly IsolationProblem[];
}

export interface Command {
  /** Program and arguments. No shell: who wants one says `["sh", "-c", …]`. */
  readonly argv: readonly [string, ...string[]];
  /** Absolute, or relative to the workspace and inside it. Default: the workspace. */
  readonly cwd?: string;
  /** Added to the environment of the space. */
  readonly env?: Readonly<Record<string, string>>;
  /** Written to standard input, which is then closed. Default: nothing. */
  readonly stdin?: string | Uint8Array;
}

/** The process that a command began as. A number alone is used again, so the time of the start and the boot are told, too. */
export interface StartedProcess {
  /** As `host` knows it. Where there are process groups, also that of the group that it leads. */
  readonly pid: number;
  readonly host: string;
  /** In clock ticks since boot. Absent where the kernel does not tell. */
  readonly startTime?: string;
  readonly bootId?: string;
}

export interface ExecOptions {
  readonly signal?: AbortSignal;
  /** Wall time after which the command is ended, with what {@link IsolationSpace.kill} ends of what it started. Default: none. */
  readonly timeoutMs?: number;
  /** Bytes that are kept of each of the two streams. Default 1 MiB. What comes after is counted and thrown away. */
  readonly outputLimitBytes?: number;
  /** Told once, where the command is to be found from outside, by an adapter that knows: when this process is killed, it may live on. */
  readonly onStart?: (process: StartedProcess) => void;
  /** Told of output as it comes, before the limit is applied. */
  readonly onOutput?: (stream: "stdout" | "stderr", chunk: Uint8Array) => void;
}

/** A command that failed is a result. Only isolation that failed is an exception. */
export interface ExecResult {
  readonly reason: "exited" | "signaled" | "timeout" | "aborted";
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  /** Bytes beyond the limit, which are lost. */
  readonly lost: { readonly stdout: number; readonly stderr: number };
  readonly durationMs: number;
}

/** A place of its own for a run: environment, working directory, commands. */
export interface IsolationSpace extends AsyncDisposable {
  readonly id: string;
  readonly guards: Guards;
  readonly env: Readonly<Record<string, string>>;
  /** Absolute path of the workspace. */
  readonly cwd: string;
  /**
   * Runs a command to its end. What it leaves running in the background lives on until {@link kill} or disposal, if
   * these reach it.
   * A signal that is aborted beforehand rejects; one that is aborted later ends the command (`reason: "aborted"`).
   *
   * @throws ProgramMissingError (`PROGRAM_MISSING`), WorkingDirectoryError (`CWD_INVALID`), IsolationClosedError
   * (`ISOLATION_CLOSED`), IsolationFailedError (`ISOLATION_FAILED`).
   */
  exec(command: Command, options?: ExecOptions): Promise<ExecResult>;
  /**
   * Ends every command of the space with what they started, as far as the guards of the adapter reach. With `proc.group`
   * that is whatever stayed in the process group of its command: a daemon that left it (`setsid`) outlives the space.
   * Only with `proc.lifetime` nothing does. Resolves when nothing that the adapter guards is alive.
   */
  kill(): Promise<void>;
}

/**
 * Port: where code runs without touching the host or another run.
 *
 * Adapters: `@dad/isolation/scope`.
 */
export interface IsolationAdapter {
  readonly name: string;
  /** What this machine allows this adapter to guarantee. */
  probe(options?: { readonly signal?: AbortSignal }): Promise<IsolationProbe>;
  /** @throws IsolationUnavailableError (`ISOLATION_UNAVAILABLE`) when a required guard is missing. Never falls back to less. */
  open(spec: IsolationSpec, options?: { readonly signal?: AbortSignal }): Promise<IsolationSpace>;
}
