import { randomUUID } from "node:crypto";
import { commandSet } from "./command-set.ts";
import { mergeEnvironments, passed, spaceEnvironment } from "./environment.ts";
import { confinedFiles } from "./confined-files.ts";
import { IsolationClosedError, IsolationFailedError, IsolationPolicyError, ProgramMissingError } from "./errors.ts";
import { type Guards, guardsWith } from "./guard.ts";
import { type Home, homes, removeLeftHomes } from "./home-directory.ts";
import type { Command, IsolationAdapter, IsolationSpace } from "./isolation-adapter.ts";
import { type IsolationLimits, resolvePolicy, type ResolvedPolicy } from "./policy.ts";
import { hasProcessGroups } from "./process-group.ts";
import { withProcessLimits } from "./process-limits.ts";
import { assertGuarded } from "./required-guards.ts";
import type { PreparedCommand } from "./run-command.ts";
import { commandLimits } from "./sound-command.ts";
import { assertSpec } from "./sound-spec.ts";
import { resolveWorkingDirectory } from "./working-directory.ts";

export { isGroupLeft } from "./started-process.ts";

export interface ProcessIsolationOptions {
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

const NAME = "process";
const DEFAULT_GRACE_MS = 2000;

/** Each of these is proved by the contract suite. What is not here is not guarded: a hostile command needs a stronger adapter. */
const ALWAYS = guardsWith({
  "scope.env": "enforced",
  "scope.cwd": "enforced",
  "env.inherit": "enforced",
  "limit.wall": "detected",
  "limit.output": "enforced",
  ...(hasProcessGroups ? { "proc.group": "enforced" } : {}),
});

/** Limits that the kernel puts on each process. Root may lift them again. */
const isLimited = process.platform !== "win32" && process.getuid?.() !== 0;
const LIMITED: Guards = isLimited ? { ...ALWAYS, "limit.fileSize": "enforced", "limit.openFiles": "enforced" } : ALWAYS;

/**
 * Keeps runs that mean well out of each other's way: each space has an environment and a working directory of its own, and its
 * commands are ordinary processes, in process groups that end with it. A daemon that leaves its group (`setsid`) outlives the
 * space. It does not hold back hostile code: commands reach the files and the network of the user who runs this.
 */
export function processIsolation(options: ProcessIsolationOptions = {}): IsolationAdapter {
  const homeOf = homes(options.homes);
  return {
    name: NAME,

    async probe({ signal } = {}) {
      signal?.throwIfAborted();
      return { available: true, guards: LIMITED, problems: [] };
    },

    async open(spec, { signal } = {}) {
      signal?.throwIfAborted();
      assertSpec(spec);
      const policy = resolvePolicy(spec.policy);
      const guards = guardsOf(policy.limits);
      const degraded = assertGuarded(NAME, guards, { policy, problems: [] });
      assertPossible(policy);
      const id = `${spec.runId}-${randomUUID()}`;
      const home = homeOf({ id, runId: spec.runId });
      const hostEnv = options.hostEnv ?? {};
      const env = spaceEnvironment(hostEnv, home.path, { ...passed(hostEnv, policy.passEnv), ...spec.env });
      return processSpace({
        id,
        cwd: spec.workspace,
        env,
        guards,
        degraded,
        home,
        limits: policy.limits,
        graceMs: options.graceMs ?? DEFAULT_GRACE_MS,
      });
    },

    async sweep({ signal } = {}) {
      signal?.throwIfAborted();
      return { removed: await removeLeftHomes(options.homes) };
    },
  };
}

/** A guard of a limit is there when there is a limit. */
function guardsOf({ fileBytes, openFiles }: IsolationLimits): Guards {
  return {
    ...LIMITED,
    ...(fileBytes === undefined ? { "limit.fileSize": "none" } : {}),
    ...(openFiles === undefined ? { "limit.openFiles": "none" } : {}),
  };
}

/** Who may do without a guard still wants the files where the policy says that they are. */
function assertPossible({ mounts, workspace }: ResolvedPolicy): void {
  const moved = mounts.findIndex(({ path, at }) => at !== undefined && at !== path);
  if (moved >= 0) throw new IsolationPolicyError(`mounts.${moved}.at`, `differs from its path, and ordinary processes see the files where they are`);
  if (workspace === "overlay") throw new IsolationPolicyError("workspace", "is overlay, and ordinary processes change the workspace itself");
}

interface ProcessSpec extends Pick<IsolationSpace, "id" | "cwd" | "env" | "guards" | "degraded"> {
  readonly home: Home;
  readonly limits: IsolationLimits;
  readonly graceMs: number;
}

function processSpace({ id, cwd: workspace, env, guards, degraded, home, limits, graceMs }: ProcessSpec): IsolationSpace {
  const commands = commandSet();
  let closed = false;
  let started = 0;
  const assertOpen = (signal?: AbortSignal): void => {
    signal?.throwIfAborted();
    if (closed) throw new IsolationClosedError(id);
  };

  return {
    id,
    adapter: NAME,
    guards,
    degraded,
    env,
    cwd: workspace,
    files: confinedFiles(workspace),
    async exec(command, options = {}) {
      const held = { ...options, ...commandLimits(command, options, limits) };
      assertOpen(options.signal);
      const prepared = await prepare(command, { workspace, env, home, limits, graceMs });
      // It may have been closed in the meantime. From here on closing finds the command.
      assertOpen(options.signal);
      started += 1;
      return commands.run(prepared, held);
    },
    kill: () => commands.end(),
    usage: async () => ({ commands: started }),
    changes: async () => undefined,
    async [Symbol.asyncDispose]() {
      closed = true;
      await commands.end();
      await home.leave();
    },
  };
}

interface Preparing extends Pick<ProcessSpec, "env" | "home" | "limits" | "graceMs"> {
  readonly workspace: string;
}

async function prepare({ argv, cwd, env: own, stdin }: Command, { workspace, env, home, limits, graceMs }: Preparing): Promise<PreparedCommand> {
  const environment = mergeEnvironments(env, own ?? {});
  if (argv[0] === "") throw new ProgramMissingError("", { path: environment.PATH ?? "" });
  const directory = await resolveWorkingDirectory(workspace, cwd ?? ".");
  await home.make().catch((cause: unknown) => {
    throw new IsolationFailedError(argv[0], { cause });
  });
  const limited = await withProcessLimits(argv, limits, { cwd: directory, path: environment.PATH ?? "" });
  return { argv: limited, cwd: directory, env: environment, stdin, graceMs };
}
