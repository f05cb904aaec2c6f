import { dirname } from "node:path";
import type { Command, ExecOptions, ExecResult, IsolationSpace, IsolationSpec } from "@dad/isolation";
import type { RunContext } from "./run-context.ts";

/** What a runner works in. */
export interface ExecutionScope {
  readonly run: RunContext;
  readonly space: IsolationSpace;
  /** Aborted when the run is cancelled or the execution is left. */
  readonly signal: AbortSignal;
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

export async function enterIsolation(run: RunContext, spec: Pick<IsolationSpec, "env" | "require"> = {}): Promise<IsolatedExecution> {
  const workspace = run.outcome?.directory ?? run.env.runDir;
  // A working tree has no repository of its own: without this, `git` in it would find one of the user's further up.
  const env = { GIT_CEILING_DIRECTORIES: dirname(workspace), ...spec.env };
  const space = await run.ports.isolation.open({ ...spec, env, runId: run.env.runId, workspace }, { signal: run.signal });
  const left = new AbortController();
  const signal = AbortSignal.any([run.signal, left.signal]);
  return {
    space,
    async run(task) {
      signal.throwIfAborted();
      const scope = { run, space, signal };
      return typeof task === "function" ? task(scope) : task.run(scope);
    },
    exec: (command, options) => space.exec(command, { ...options, signal: options?.signal ? AbortSignal.any([signal, options.signal]) : signal }),
    async [Symbol.asyncDispose]() {
      left.abort();
      await space[Symbol.asyncDispose]();
    },
  };
}
