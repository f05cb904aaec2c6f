import type { NodeContext } from "@dad/agent";
import { readBytes } from "@dad/artifacts";
import type { NodeCall } from "@dad/engine";
import type { IsolationPolicy, IsolationSpace } from "@dad/isolation";
import { type Observability, traced } from "@dad/observability";
import { addUsage, type OutcomeRef } from "@dad/protocol";
import type { RunContext } from "@dad/run-context";
import { AttemptOverError } from "./errors.ts";
import { isolationAttributes } from "./isolation-attributes.ts";
import { assertWanted, type Attempt, type Collected } from "./attempt.ts";

/** What a node sees of its attempt. Once the run goes on without that, nothing of it leaves a trace. */
export function contextOf({ call, scope, signal, exclusively }: Attempt, collected: Collected, observability: Observability): NodeContext {
  const { run, space } = scope;
  const wanted = <Result>(work: () => Promise<Result>): Promise<Result> => {
    assertWanted(collected);
    if (collected.over) throw new AttemptOverError(call);
    return work();
  };
  return {
    run: run.env,
    path: call.path,
    attempt: call.attempt,
    idempotencyKey: call.idempotencyKey ?? `${run.env.runId}:${call.path}`,
    signal,
    space,
    env: space.env,
    cwd: space.cwd,
    files: space.files,
    exec: async (command, options) =>
      wanted(() => space.exec(command, { ...options, signal: options?.signal ? AbortSignal.any([signal, options.signal]) : signal })),
    isolated: async (policy) => wanted(() => isolatedFor({ call, scope, signal }, policy, observability)),
    untrusted: call.untrusted ?? false,
    workspace: run.directory,
    outcome: run.outcome && { commit: async (message) => wanted(() => commitWorkspace(run, { call, collected }, message)) },
    resources: run.ports.resources,
    observability,
    record: async (draft) => wanted(() => collected.records.add(draft)),
    content: (entry, options) => readBytes(run.ports.artifacts, entry, { ...options, signal }),
    addUsage: (usage) => {
      collected.usage = collected.usage ? addUsage(collected.usage, usage) : usage;
    },
    emit: async (name, data) => wanted(async () => void (await run.record({ type: "custom.emitted", path: call.path, name, data }))),
    exclusively: (work) => exclusively(() => wanted(work), signal),
    stream: ({ channel, text }) => run.tell({ type: "output.streamed", path: call.path, attempt: call.attempt, channel, text }),
  };
}

/** A space of its own for a node, which its trace says something of. */
function isolatedFor(
  { call, scope, signal }: Pick<Attempt, "call" | "scope" | "signal">,
  policy: IsolationPolicy,
  observability: Observability,
): Promise<IsolationSpace> {
  return traced(observability, { name: "isolate" }, async (_place, span) => {
    const own = await scope.isolated(policy, { at: call.path, signal });
    span.setAttributes(isolationAttributes(own));
    return own;
  });
}

interface Committing {
  readonly call: NodeCall;
  readonly collected: Collected;
}

/** What a node commits says whose it is, and is on record. */
async function commitWorkspace(run: RunContext, { call, collected }: Committing, message: string): Promise<OutcomeRef> {
  if (run.outcome === undefined) throw new TypeError("a run without an outcome has nothing to commit to");
  const { path, attempt: number } = call;
  const committed = await run.outcome.commit({ subject: message, trailers: { "Dad-Node": path, "Dad-Attempt": String(number) } });
  collected.commits.push(committed);
  await run.record({ type: "outcome.committed", path, outcome: committed });
  return committed;
}
