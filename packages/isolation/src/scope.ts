import { randomUUID } from "node:crypto";
import { isAbsolute } from "node:path";
import { mergeEnvironments, spaceEnvironment } from "./environment.ts";
import { IsolationClosedError, IsolationUnavailableError, ProgramMissingError } from "./errors.ts";
import { type Guard, type Guards, guardsWith } from "./guard.ts";
import type { Command, ExecOptions, ExecResult, IsolationAdapter, IsolationProblem, IsolationSpace, IsolationSpec } from "./isolation-adapter.ts";
import { hasProcessGroups } from "./process-group.ts";
import { runCommand, type RunningCommand } from "./run-command.ts";
import { resolveWorkingDirectory } from "./working-directory.ts";

export interface ScopeIsolationOptions {
  /**
   * The environment of the host, from which `PATH`, `LANG`, `LC_ALL`, `TZ`, `TERM` and `TMPDIR` pass (on Windows also
   * what programs need to start), and nothing else. Default: only a `PATH` with this node and the usual directories.
   */
  readonly hostEnv?: Readonly<Record<string, string | undefined>>;
  /** Milliseconds that a command has between being asked to end and being ended. Default 2000. */
  readonly graceMs?: number;
}

const NAME = "scope";
const DEFAULT_GRACE_MS = 2000;

/** Each of these is proved by the contract suite. What is not here is not guarded: a hostile command needs a stronger adapter. */
const GUARDS_HERE: Guards = guardsWith({
  "scope.env": "enforced",
  "scope.cwd": "enforced",
  "env.inherit": "enforced",
  "limit.wall": "detected",
  "limit.output": "enforced",
  ...(hasProcessGroups ? { "proc.group": "enforced" } : {}),
});

/**
 * Keeps runs that mean well out of each other's way, in one process: each space has an environment and a working
 * directory of its own, and its commands run in process groups that end with it. It does not hold back hostile code:
 * commands reach the files and the network of the user who runs this.
 */
export function scopeIsolation(options: ScopeIsolationOptions = {}): IsolationAdapter {
  return {
    name: NAME,

    async probe({ signal } = {}) {
      signal?.throwIfAborted();
      return { available: true, guards: GUARDS_HERE, problems: [] };
    },

    async open(spec, { signal } = {}) {
      signal?.throwIfAborted();
      const missing = (spec.require ?? []).filter((guard) => (GUARDS_HERE[guard] ?? "none") === "none");
      if (missing.length > 0) throw new IsolationUnavailableError(NAME, missing, missing.map(problemOf));
      if (!isAbsolute(spec.workspace)) throw new TypeError(`the workspace of run ${spec.runId} must be an absolute path, not ${spec.workspace}`);
      const env = spaceEnvironment(options.hostEnv ?? {}, spec.workspace, spec.env ?? {});
      return scopeSpace(spec, env, options.graceMs ?? DEFAULT_GRACE_MS);
    },
  };
}

function problemOf(guard: Guard): IsolationProblem {
  return {
    guard,
    message: `${guard} cannot be guarded by starting ordinary processes`,
    remedy: `use an isolation adapter that guards ${guard}, or take it out of what the run requires`,
  };
}

function scopeSpace(spec: IsolationSpec, env: IsolationSpace["env"], graceMs: number): IsolationSpace {
  const id = `${spec.runId}-${randomUUID()}`;
  /** Commands that run, and those that have exited but left something running. */
  const commands = new Set<RunningCommand>();
  let closed = false;

  async function exec(command: Command, options: ExecOptions = {}): Promise<ExecResult> {
    assertSound(command, options);
    const cwd = await resolveUnlessClosed(command.cwd ?? ".");
    options.signal?.throwIfAborted();
    const running = start({ ...command, cwd }, options);
    commands.add(running);
    try {
      return await running.result;
    } finally {
      forgetEnded();
    }
  }

  async function resolveUnlessClosed(cwd: string): Promise<string> {
    if (closed) throw new IsolationClosedError(id);
    const directory = await resolveWorkingDirectory(spec.workspace, cwd);
    // It may have been closed while the directory was looked at.
    if (closed) throw new IsolationClosedError(id);
    return directory;
  }

  function start({ argv, cwd, env: own, stdin }: Command & { readonly cwd: string }, options: ExecOptions): RunningCommand {
    const environment = mergeEnvironments(env, own ?? {});
    if (argv[0] === "") throw new ProgramMissingError("", { path: environment.PATH ?? "" });
    return runCommand({ argv, cwd, env: environment, stdin, graceMs }, options);
  }

  function forgetEnded(): void {
    for (const command of commands) if (!command.group.alive()) commands.delete(command);
  }

  async function kill(): Promise<void> {
    await Promise.all([...commands].map((command) => command.stop()));
    forgetEnded();
  }

  return {
    id,
    guards: GUARDS_HERE,
    env,
    cwd: spec.workspace,
    exec,
    kill,
    async [Symbol.asyncDispose]() {
      closed = true;
      await kill();
    },
  };
}

function assertSound({ argv }: Command, { timeoutMs, outputLimitBytes }: ExecOptions): void {
  if (!argv.every((part) => typeof part === "string" && !part.includes("\0"))) throw new TypeError("the program and its arguments must be strings without NUL");
  if (timeoutMs !== undefined && !(timeoutMs > 0)) throw new TypeError(`timeoutMs must be more than 0, not ${timeoutMs}`);
  if (outputLimitBytes !== undefined && !(outputLimitBytes >= 0)) throw new TypeError(`outputLimitBytes must not be less than 0, not ${outputLimitBytes}`);
}
