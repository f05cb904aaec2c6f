import { dirname } from "node:path";
import type { IsolationSpec } from "@dad/isolation";
import type { IsolatedExecution, RunContext } from "./run-context.ts";

export async function enterIsolation(run: RunContext, spec: Pick<IsolationSpec, "env" | "policy"> = {}): Promise<IsolatedExecution> {
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
