import type { NodeContext, Question } from "@dad/agent";
import { readBytes } from "@dad/artifacts";
import type { NodeCall } from "@dad/engine";
import type { IsolationPolicy, IsolationSpace } from "@dad/isolation";
import { ATTRIBUTES, traced } from "@dad/observability";
import { type Json, type OutcomeRef, Usage } from "@dad/protocol";
import { type AttemptTelemetry, isolationAttributes, type RunContext, withoutData } from "@dad/run-context";
import type { ResourceProfile } from "@dad/resources";
import { redactor } from "@dad/secrets";
import { z } from "zod";
import { callsOfAttempt } from "./budget/calls-of-attempt.ts";
import { meteredResources } from "./budget/metered-resources.ts";
import { AttemptOverError } from "./errors.ts";
import { assertWanted, type Attempt, type Collected, countUsage } from "./attempt.ts";

/** What a node sees of its attempt. Once the run goes on without that, nothing of it leaves a trace. */
export function contextOf(attempt: Attempt, collected: Collected): NodeContext {
  const { call, scope, signal, waits } = attempt;
  const { run } = scope;
  const telemetry = run.telemetry.attempt(call, { isOver: () => collected.over === true || collected.left !== undefined });
  const { observability, log } = telemetry;
  const assertGoingOn = (): void => {
    assertWanted(collected);
    if (collected.over) throw new AttemptOverError(call);
  };
  /** As long as it does this, it does not only wait. */
  const wanted = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    assertGoingOn();
    return await waits.during(work);
  };
  return {
    run: run.env,
    path: call.path,
    attempt: call.attempt,
    idempotencyKey: call.idempotencyKey ?? `${run.env.runId}:${call.path}`,
    signal,
    ...commandsOf(attempt, telemetry, wanted),
    untrusted: call.untrusted ?? false,
    workspace: run.directory,
    outcome: run.outcome && { commit: async (message) => wanted(() => commitWorkspace(run, { call, collected }, message)) },
    inputFiles: run.inputs.files,
    resources: resourcesOf(attempt, collected, { wanted, observability }),
    secret: async (name) => wanted(() => run.ports.resources.get("secret", name).reveal({ signal })),
    redactor: run.ports.redactor ?? redactor(),
    observability,
    log,
    content: (entry, options) => wanted(() => readBytes(run.ports.artifacts, entry, { ...options, signal })),
    use: (resource) => (assertGoingOn(), collected.owned.push(resource), resource),
    addUsage: (usage) => spend(attempt, collected, usage),
    ...askingOf(attempt, { assertGoingOn, wanted }),
    ...tellingOf(attempt, collected, wanted),
  };
}

/** Where its commands run. */
function commandsOf(
  { call, scope, signal }: Attempt,
  telemetry: AttemptTelemetry,
  wanted: Going["wanted"],
): Pick<NodeContext, "space" | "env" | "cwd" | "files" | "exec" | "isolated"> {
  const space = telemetry.space(scope.space);
  const { env, cwd, files } = space;
  return {
    space,
    env,
    cwd,
    files,
    exec: async (command, options) =>
      wanted(() => space.exec(command, { ...options, signal: options?.signal ? AbortSignal.any([signal, options.signal]) : signal })),
    isolated: async (policy) => wanted(() => isolatedFor({ call, scope, signal }, policy, telemetry)),
  };
}

/** What was used of something that asks no meter. */
function spend(attempt: Attempt, collected: Collected, said: Usage): void {
  const usage = Usage.safeParse(said);
  if (!usage.success) throw new TypeError(`what ${attempt.call.path} says that it used is no usage: ${z.prettifyError(usage.error)}`);
  countUsage(attempt, collected, usage.data);
  attempt.spending.charge(usage.data);
}

/** Whatever it asks a model is metered, counted and told, also when it does so itself, and is something that it does. */
function resourcesOf(attempt: Attempt, collected: Collected, { wanted, observability }: Asking): ResourceProfile {
  const { call, scope, spending, signal } = attempt;
  const { run } = scope;
  const calls = callsOfAttempt({ signal, over: () => new AttemptOverError(call) });
  collected.owned.push(calls);
  return meteredResources(run.ports.resources, {
    meter: spending.meter,
    calling: (ask) => wanted(() => calls.during(ask)),
    count: (usage) => countUsage(attempt, collected, usage),
    trace: { observability, redactor: run.ports.redactor ?? redactor(), attributes: { [ATTRIBUTES.dad.nodePath]: call.path } },
    onTrouble(trouble) {
      if (collected.over || collected.left) return;
      const place = { path: call.path, attempt: call.attempt };
      const { model, error } = trouble;
      if (trouble.type === "retried") run.tell({ type: "model.retried", ...place, model, delayMs: trouble.delayMs, error });
      else attempt.report.add({ type: "model.replaced", ...place, model, by: trouble.by, error });
    },
  });
}

interface Asking extends Pick<Going, "wanted">, Pick<NodeContext, "observability"> {}

interface Going {
  readonly assertGoingOn: () => void;
  readonly wanted: <Result>(work: () => Promise<Result>) => Promise<Result>;
}

/** What is waited for, and what is done once, or by one at a time. */
function askingOf(attempt: Attempt, { assertGoingOn, wanted }: Going): Pick<NodeContext, "input" | "step" | "exclusively"> {
  const { signal, step, exclusively, waits } = attempt;
  return {
    async input(question, options) {
      assertGoingOn();
      return question.schema.parse(await askIn(attempt, question, options?.signal));
    },
    step: (name, work) =>
      wanted(() =>
        step(name, async () => {
          const value = await work({ signal });
          assertGoingOn();
          return value;
        }),
      ),
    async exclusively(work) {
      // When the run is parked in it, others have their turn, and this neither goes on nor fails.
      const ended = await exclusively(() => Promise.race([wanted(work).then((value) => ({ value })), waits.parked]), signal);
      return "value" in ended ? ended.value : await new Promise<never>(() => undefined);
    },
  };
}

/** What others come to know of it. */
function tellingOf(
  { call: { path, attempt }, scope: { run } }: Attempt,
  { records }: Collected,
  wanted: Going["wanted"],
): Pick<NodeContext, "record" | "emit" | "stream"> {
  return {
    async record(draft) {
      const entry = await wanted(() => records.add(draft));
      for (const artifact of withoutData(entry ? [entry] : [])) run.tell({ type: "artifact.recorded", path, attempt, artifact });
      return entry;
    },
    emit: async (name, data) => wanted(async () => void (await run.record({ type: "custom.emitted", path, name, data }))),
    stream: ({ channel, text }) => run.tell({ type: "output.streamed", path, attempt, channel, text }),
  };
}

/** What somebody takes to answer is not the node's time. */
export async function askIn({ call, signal, requests, waits, hold }: Attempt, question: Question, unwanted?: AbortSignal): Promise<Json> {
  using _held = hold();
  return await requests.ask({ path: call.path, attempt: call.attempt, signal, waits }, question, { signal: unwanted });
}

/** A space of its own for a node, which its trace says something of. */
function isolatedFor(
  { call, scope, signal }: Pick<Attempt, "call" | "scope" | "signal">,
  policy: IsolationPolicy,
  telemetry: AttemptTelemetry,
): Promise<IsolationSpace> {
  return traced(telemetry.observability, { name: "isolate" }, async (_place, span) => {
    const own = await scope.isolated(policy, { at: call.path, signal });
    span.setAttributes(isolationAttributes(own));
    return telemetry.space(own);
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
