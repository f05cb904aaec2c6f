import type { RunId } from "@dad/protocol";
import type { ConfinedFiles } from "./confined-files.ts";
import type { Guard, Guards } from "./guard.ts";
import type { IsolationProblem } from "./isolation-problem.ts";
import type { IsolationPolicy } from "./policy.ts";

export interface IsolationSpec {
  readonly runId: RunId;
  /** Absolute path of the directory to work in. It may be missing as long as no command runs: a run in memory has none. */
  readonly workspace: string;
  /** The whole environment, besides a `HOME` of the run's own and what a program needs to start and to print. Nothing else of the host's leaks in. */
  readonly env?: Readonly<Record<string, string>>;
  /** What has to be guarded, and what is to be reached. Default: `cooperative`. */
  readonly policy?: IsolationPolicy;
  /** Told of each request of the space for the network, where the policy lets it through by a list. */
  readonly onEgress?: (decision: EgressDecision) => void;
}

/** One request for the network, and what became of it. */
export interface EgressDecision {
  /** RFC 3339. */
  readonly time: string;
  /** `CONNECT` of what is encrypted, else the verb. Like the next two, absent where a request was no request. */
  readonly method?: string;
  readonly host?: string;
  readonly port?: number;
  readonly allowed: boolean;
  /** Why it was refused, or failed. */
  readonly reason?: string;
  readonly status?: number;
  readonly bytesUp: number;
  readonly bytesDown: number;
  readonly durationMs: number;
}

export interface IsolationProbe {
  /** Whether a space can be opened at all. */
  readonly available: boolean;
  /** The most that a space can guard here. One has less when its policy asks for less: no limit, no guard of it. */
  readonly guards: Guards;
  /** Why it is not more. */
  readonly problems: readonly IsolationProblem[];
  /** What was found: versions, the kernel, where limits come from. For people. */
  readonly facts?: Readonly<Record<string, string>>;
}

export interface Command {
  /** Program and arguments. No shell: who wants one says `["sh", "-c", …]`. */
  readonly argv: readonly [string, ...string[]];
  /** Absolute, or relative to the workspace and inside it. Default: the workspace. */
  readonly cwd?: string;
  /** Added to the environment of the space. */
  readonly env?: Readonly<Record<string, string>>;
  /** Written to standard input, which is then closed. Default: nothing. */
  readonly stdin?: string | Uint8Array | AsyncIterable<Uint8Array>;
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
  /** Wall time after which the command is ended, with what {@link IsolationSpace.kill} ends of what it started. Default: the `wallMs` of the policy. */
  readonly timeoutMs?: number;
  /** Bytes that are kept of each of the two streams. Default: the `outputBytes` of the policy, else 1 MiB. What comes after is counted and thrown away. */
  readonly outputLimitBytes?: number;
  /** Told once, where the command is to be found from outside, by an adapter that knows: when this process is killed, it may live on. */
  readonly onStart?: (process: StartedProcess) => void;
  /** Told of output as it comes, before the limit is applied. */
  readonly onOutput?: (stream: "stdout" | "stderr", chunk: Uint8Array) => void;
}

/** A command that failed is a result. Only isolation that failed is an exception. */
export interface ExecResult {
  /** `memory` and `disk`: it, or what it started, went over the limit of the space and was ended. */
  readonly reason: "exited" | "signaled" | "timeout" | "aborted" | "memory" | "disk";
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  /** Bytes beyond the limit, which are lost. */
  readonly lost: { readonly stdout: number; readonly stderr: number };
  readonly durationMs: number;
}

/** What a space has used so far. Absent is what the adapter does not measure. */
export interface IsolationUsage {
  readonly commands: number;
  /** The most memory that its processes had at once, in bytes. */
  readonly memoryBytes?: number;
  /** Processor time of all its processes, in milliseconds. */
  readonly cpuMs?: number;
  /** Of a list of hosts: requests that were let through, and those that were refused. */
  readonly egress?: { readonly allowed: number; readonly refused: number };
}

/** How the workspace differs from what it was when the space was opened. */
export interface WorkspaceChange {
  /** Relative to the workspace, with `/`. */
  readonly path: string;
  readonly kind: "added" | "modified" | "removed";
}

/** A place of its own for a run: environment, working directory, files, commands. */
export interface IsolationSpace extends AsyncDisposable {
  readonly id: string;
  /** Name of the adapter that made it. */
  readonly adapter: string;
  /** What it really has. */
  readonly guards: Guards;
  /** What its policy requires and it has not: never anything, unless the policy says `degrade`. */
  readonly degraded: readonly Guard[];
  readonly env: Readonly<Record<string, string>>;
  /** Absolute path of the workspace, as commands see it. */
  readonly cwd: string;
  /** The workspace as commands see it, for whoever does not trust them: no link is followed. */
  readonly files: ConfinedFiles;
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
  usage(): Promise<IsolationUsage>;
  /** With `fs.workspace`: how commands changed what they see of the workspace, sorted by path. `undefined`: they change it directly. */
  changes(options?: { readonly signal?: AbortSignal }): Promise<readonly WorkspaceChange[] | undefined>;
}

/** What was left by processes that were killed while they had spaces open, and is gone now. For people. */
export interface SweepReport {
  readonly removed: readonly string[];
}

/**
 * Port: where code runs without touching the host or another run.
 *
 * Adapters: `@dad/isolation/process`, `@dad/isolation-bubblewrap`, `@dad/isolation-container`.
 */
export interface IsolationAdapter {
  readonly name: string;
  /** What this machine allows this adapter to guarantee. */
  probe(options?: { readonly signal?: AbortSignal }): Promise<IsolationProbe>;
  /**
   * @throws IsolationUnavailableError (`ISOLATION_UNAVAILABLE`) when a required guard is missing, before anything runs: never
   * falls back to less, unless the policy says so. IsolationPolicyError (`ISOLATION_POLICY_INVALID`) for a policy that
   * contradicts itself or that this adapter cannot carry out at all. TypeError for a workspace that is no absolute path.
   */
  open(spec: IsolationSpec, options?: { readonly signal?: AbortSignal }): Promise<IsolationSpace>;
  /** Ends and removes what spaces of processes that are gone have left on this machine. Leaves alone what belongs to a process that lives. */
  sweep(options?: { readonly signal?: AbortSignal }): Promise<SweepReport>;
}
