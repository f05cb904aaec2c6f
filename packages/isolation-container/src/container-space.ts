import {
  type Command,
  commandLimits,
  confinedFiles,
  type ExecResult,
  IsolationClosedError,
  IsolationFailedError,
  type IsolationSpace,
  mergeEnvironments,
  placeWorkingDirectory,
  ProgramMissingError,
  resolveWorkingDirectory,
} from "@dad/isolation";
import { commandIn, type ContainerCommand, type PlacedCommand } from "./container-command.ts";
import { type Containers, containersOf, lendFiles } from "./containers.ts";
import { type Measurements, measurements } from "./measurements.ts";
import type { SpacePlan } from "./space-plan.ts";

/** A space whose container is made with its first command, and anew with the first one after it was ended. */
export function containerSpace(plan: SpacePlan): IsolationSpace {
  const { id, adapter, guards, degraded, env, workspace } = plan;
  const measured = measurements(plan.engine.api);
  const containers = containersOf(plan);
  const commands = commandsOf(plan, containers, measured);
  return {
    id,
    adapter,
    guards,
    degraded,
    env,
    cwd: workspace,
    files: confinedFiles(workspace),
    exec: commands.exec,
    kill: commands.kill,
    usage: async () => ({ commands: commands.count(), ...(await measured.usage(await containers.alive())), ...containers.egress() }),
    changes: async () => undefined,
    async [Symbol.asyncDispose]() {
      commands.close();
      await commands.kill();
      await containers.close();
      await plan.home.leave();
    },
  };
}

interface Commands extends Pick<IsolationSpace, "exec" | "kill"> {
  readonly count: () => number;
  /** From now on none begins. */
  readonly close: () => void;
}

function commandsOf(plan: SpacePlan, containers: Containers, measured: Measurements): Commands {
  const running = new Set<ContainerCommand>();
  let closed = false;
  let count = 0;
  const assertOpen = (signal: AbortSignal | undefined): void => {
    signal?.throwIfAborted();
    if (closed) throw new IsolationClosedError(plan.id);
  };
  return {
    count: () => count,
    close: () => void (closed = true),
    async kill() {
      const ending = containers.end(async (container) => measured.add(container));
      for (const command of running) command.abandon();
      await ending;
      await Promise.allSettled([...running].map(async ({ result }) => result));
    },
    async exec(command, options = {}) {
      const held = { ...options, ...commandLimits(command, options, plan.policy.limits) };
      assertOpen(options.signal);
      const placed = await place(plan, command);
      // It may have been closed in the meantime. From here on closing finds the command.
      assertOpen(options.signal);
      count += 1;
      const container = containers.current();
      const started = commandIn(container, placed, held);
      running.add(started);
      try {
        const result = await started.result;
        return isOfMemory(plan, result) && (await measured.hasRunOutOfMemory(await container)) ? { ...result, reason: "memory" } : result;
      } finally {
        running.delete(started);
      }
    },
  };
}

/** Decides all of a command, and makes the workspace ready for it. */
async function place(plan: SpacePlan, { argv, cwd = ".", env: own, stdin }: Command): Promise<PlacedCommand> {
  const { workspace, graceMs } = plan;
  const env = mergeEnvironments(plan.env, own ?? {});
  if (argv[0] === "") throw new ProgramMissingError("", { path: env.PATH ?? "" });
  const directory = placeWorkingDirectory(workspace, cwd);
  // It is what is mounted. What is in it, only the container may know.
  await resolveWorkingDirectory(workspace, ".");
  await lendFiles(plan).catch((cause: unknown) => {
    throw new IsolationFailedError(argv[0], { cause });
  });
  return { argv, cwd: directory, env, stdin, graceMs };
}

function isOfMemory({ policy }: SpacePlan, { reason, signal }: ExecResult): boolean {
  return policy.limits.memoryBytes !== undefined && reason === "signaled" && signal === "SIGKILL";
}
