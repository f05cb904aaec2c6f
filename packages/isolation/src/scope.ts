import { randomUUID } from "node:crypto";
import { isAbsolute } from "node:path";
import { commandSet } from "./command-set.ts";
import { mergeEnvironments, spaceEnvironment } from "./environment.ts";
import { IsolationClosedError, IsolationFailedError, IsolationUnavailableError, ProgramMissingError } from "./errors.ts";
import { type Guard, type Guards, guardsWith } from "./guard.ts";
import { type Home, homes } from "./home-directory.ts";
import type { Command, ExecOptions, IsolationAdapter, IsolationProblem, IsolationSpace } from "./isolation-adapter.ts";
import { hasProcessGroups } from "./process-group.ts";
import type { PreparedCommand } from "./run-command.ts";
import { resolveWorkingDirectory } from "./working-directory.ts";

export { isGroupLeft } from "./started-process.ts";

export interface ScopeIsolationOptions {
  /**
   * The environment of the host, from which `PATH`, `LANG`, `LC_ALL`, `TZ`, `TERM` and `TMPDIR` pass (on Windows also
   * what programs need to start), and nothing else. Default: only a `PATH` with this node and the usual directories.
   */
  readonly hostEnv?: Readonly<Record<string, string | undefined>>;
  /**
   * Absolute path of the directory in which each run has its `HOME`, under its id. It is removed when the last space of the
   * run is closed, and still there for a run that goes on after its process was killed. Default: a temporary directory for
   * each space.
   */
  readonly homes?: string;
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
 * directory of its own, and its commands run in process groups that end with it. A daemon that leaves its group
 * (`setsid`) outlives the space. It does not hold back hostile code: commands reach the files and the network of the
 * user who runs this.
 */
export function scopeIsolation(options: ScopeIsolationOptions = {}): IsolationAdapter {
  const homeOf = homes(options.homes);
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
      const id = `${spec.runId}-${randomUUID()}`;
      const home = homeOf({ id, runId: spec.runId });
      const env = spaceEnvironment(options.hostEnv ?? {}, home.path, spec.env ?? {});
      return scopeSpace({ id, cwd: spec.workspace, env, home, graceMs: options.graceMs ?? DEFAULT_GRACE_MS });
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

interface ScopeSpec extends Pick<IsolationSpace, "id" | "cwd" | "env"> {
  readonly home: Home;
  readonly graceMs: number;
}

function scopeSpace({ id, cwd: workspace, env, home, graceMs }: ScopeSpec): IsolationSpace {
  const commands = commandSet();
  let closed = false;
  const assertOpen = (signal?: AbortSignal): void => {
    signal?.throwIfAborted();
    if (closed) throw new IsolationClosedError(id);
  };

  async function prepare({ argv, cwd, env: own, stdin }: Command): Promise<PreparedCommand> {
    const environment = mergeEnvironments(env, own ?? {});
    if (argv[0] === "") throw new ProgramMissingError("", { path: environment.PATH ?? "" });
    const directory = await resolveWorkingDirectory(workspace, cwd ?? ".");
    await home.make().catch((cause: unknown) => {
      throw new IsolationFailedError(argv[0], { cause });
    });
    return { argv, cwd: directory, env: environment, stdin, graceMs };
  }

  return {
    id,
    guards: GUARDS_HERE,
    env,
    cwd: workspace,
    async exec(command, options = {}) {
      assertSound(command, options);
      assertOpen(options.signal);
      const prepared = await prepare(command);
      // It may have been closed in the meantime. From here on closing finds the command.
      assertOpen(options.signal);
      return commands.run(prepared, options);
    },
    kill: () => commands.end(),
    async [Symbol.asyncDispose]() {
      closed = true;
      await commands.end();
      await home.leave();
    },
  };
}

function assertSound({ argv }: Command, { timeoutMs, outputLimitBytes }: ExecOptions): void {
  if (!argv.every((part) => typeof part === "string" && !part.includes("\0")))
    throw new TypeError("the program and its arguments must be strings without NUL");
  if (timeoutMs !== undefined && !(timeoutMs > 0)) throw new TypeError(`timeoutMs must be more than 0, not ${timeoutMs}`);
  if (outputLimitBytes !== undefined && !(outputLimitBytes >= 0))
    throw new TypeError(`outputLimitBytes must not be less than 0, not ${outputLimitBytes}`);
}
