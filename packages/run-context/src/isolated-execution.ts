import type { ResourceProfile } from "@dad/resources";
import type { ExecutionScope, IsolatedExecution, IsolateOptions, RunContext } from "./run-context.ts";
import { spacesOf } from "./run-spaces.ts";

/** Opens the space of a run, and later others for those who require more than it has. Each is on record. */
export async function enterIsolation(run: RunContext, options: IsolateOptions = {}): Promise<IsolatedExecution> {
  const { env = {}, policy = {}, resources } = options;
  const spaces = spacesOf(run, env);
  const within = resources ? withResources(run, resources) : run;
  const space = await spaces.open(policy);
  const left = new AbortController();
  const broken = new AbortController();
  const signal = AbortSignal.any([run.signal, left.signal, broken.signal]);
  const isolated: ExecutionScope["isolated"] = (by, given) => spaces.with(policy, by, given);
  const place = { runId: run.env.runId, env: space.env, cwd: space.cwd, signal, onUnhandledRejection: (reason: unknown) => broken.abort(reason) };
  return {
    space,
    async run(task) {
      signal.throwIfAborted();
      const work = async (inside: Pick<ExecutionScope, "signal">) => {
        const scope = { run: within, space, isolated, signal: inside.signal };
        return typeof task === "function" ? task(scope) : task.run(scope);
      };
      const result = await (run.ports.scope ? run.ports.scope.run(place, work) : work(place));
      // What nobody handled fails the run, also when its work did not notice.
      broken.signal.throwIfAborted();
      return result;
    },
    exec: (command, given) => space.exec(command, { ...given, signal: given?.signal ? AbortSignal.any([signal, given.signal]) : signal }),
    async [Symbol.asyncDispose]() {
      left.abort();
      await spaces[Symbol.asyncDispose]();
    },
  };
}

/** The same run, as who works with other resources sees it. What they reveal is kept out of its records as well. */
function withResources(run: RunContext, resources: ResourceProfile): RunContext {
  const { redactor } = run.ports;
  const own = redactor ? resources.forRun({ onSecret: (secret) => redactor.add(secret) }) : resources;
  return { ...run, ports: { ...run.ports, resources: own } };
}
