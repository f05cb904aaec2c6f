import {
  type Attributes,
  ATTRIBUTES,
  type Counter,
  counterOf,
  type Histogram,
  histogramOf,
  type Meter,
  METRICS,
  OPERATIONS,
} from "@dad/observability";
import type { ErrorEnvelope, NodePath, RunEvent } from "@dad/protocol";
import type { CallCounts } from "./attempt-telemetry.ts";
import type { ToldOfAttempts } from "./going-attempts.ts";
import {
  aroundPath,
  type AttemptEnd,
  attemptEndOf,
  type ComponentEnd,
  componentEndOf,
  decisionOf,
  INTERRUPTED,
  isBranch,
  nameOf,
  nodeTypeOf,
  runEndOf,
  statusOf,
} from "./span-facts.ts";
import { isContinued, type RunSpansOptions } from "./run-spans.ts";
import type { CommandMetrics } from "./traced-space.ts";

const { dad, error: errors, genAi } = ATTRIBUTES;

/**
 * What is measured of a run. Of what waits, each part: as each has a span, and what is counted in it is known to no later execution. What
 * models use is measured where they are asked.
 */
export interface RunMetrics extends CommandMetrics {
  tells(fact: RunEvent, told: ToldOfAttempts): void;
  /** Nobody works on the run any more. */
  close(): void;
}

export interface RunMetricsOptions {
  readonly meter: Meter;
  /** What a component is, as far as that is on record. */
  readonly kindOf: (path: NodePath) => string | undefined;
  /** Of a run that goes on. */
  readonly earlier?: (Pick<RunSpansOptions, "nodes"> & { readonly rootComponentId: string }) | undefined;
}

export function runMetrics({ meter, kindOf, earlier }: RunMetricsOptions): RunMetrics {
  const on = instruments(meter);
  const calls = callsOfAgents(kindOf);
  const since = performance.now();
  const continued = new Set([...(earlier?.nodes ?? [])].flatMap(([path, node]) => (isContinued(node) ? [path] : [])));
  let root = earlier?.rootComponentId ?? "";
  let goesOn = false;

  function measureRun(failure: Attributes): void {
    goesOn = false;
    on.histogram("workflowDuration").record(secondsSince(since), { [genAi.workflowName]: root, ...failure });
  }

  return {
    tells(fact, told) {
      const [attempt, component] = [attemptEndOf(fact), componentEndOf(fact)];
      if (told.waitedMs !== undefined) on.histogram("inputWait").record(told.waitedMs / 1000, {});
      if (attempt) {
        if (told.ended?.tracked) calls.add(attempt.path, told.ended.tracked.calls);
        measureAttempt(on, attempt, told.ended?.nodeType ?? nodeTypeOf(attempt));
      } else if (component) measureComponent(on, component, { kindOf, calls });
      else if (fact.type === "run.started") [root, goesOn] = [fact.rootComponentId, true];
      else if (fact.type === "run.resumed") goesOn = true;
      else if (fact.type === "node.started") {
        // What goes on after a wait or a kill is not made again.
        if (!continued.delete(fact.path) && fact.attempt > 1) on.counter("nodeRetries").add(1, { [dad.nodeType]: fact.nodeType });
      } else if (runEndOf(fact)) measureRun(failureIn(fact));
    },
    close() {
      if (goesOn) measureRun({ [errors.type]: INTERRUPTED });
    },
    command: (program, { durationMs, errorType }) =>
      on.histogram("toolDuration").record(durationMs / 1000, {
        [genAi.operationName]: OPERATIONS.executeTool,
        [genAi.toolName]: program,
        ...(errorType ? { [errors.type]: errorType } : {}),
      }),
  };
}

function measureAttempt(on: Instruments, end: AttemptEnd, nodeType: string | undefined): void {
  const type = nodeType === undefined ? {} : { [dad.nodeType]: nodeType };
  const decision = decisionOf(end);
  if (decision === "reused") on.counter("nodesReused").add(1, type);
  else
    on.histogram("nodeDuration").record(end.durationMs / 1000, {
      ...type,
      [dad.nodeStatus]: statusOf(end),
      [dad.nodeDecision]: decision,
      ...failureIn(end),
    });
}

interface MeasuringComponents extends Pick<RunMetricsOptions, "kindOf"> {
  readonly calls: ReturnType<typeof callsOfAgents>;
}

function measureComponent(on: Instruments, end: ComponentEnd, { kindOf, calls }: MeasuringComponents): void {
  const { path, durationMs } = end;
  const around = aroundPath(path);
  const [kind, within] = [kindOf(path), around && kindOf(around)];
  const name = nameOf({ path, within });
  if (kind === "agent") {
    const agent = { [genAi.agentName]: name };
    const { inference, tools } = calls.take(path);
    on.histogram("agentDuration").record(durationMs / 1000, { ...agent, ...failureIn(end) });
    on.histogram("agentInferenceCalls").record(inference, agent);
    on.histogram("agentToolCalls").record(tools, agent);
    // The root flow is the run, and a branch is none that somebody named.
  } else if (kind === "flow" && around !== undefined && !isBranch({ within }))
    on.histogram("workflowDuration").record(durationMs / 1000, { [genAi.workflowName]: name, ...failureIn(end) });
}

function secondsSince(time: number): number {
  return (performance.now() - time) / 1000;
}

/** How often agents asked models and executed tools, in all that is in them. */
function callsOfAgents(kindOf: RunMetricsOptions["kindOf"]) {
  const agents = new Map<NodePath, CallCounts>();
  return {
    add(path: NodePath, { inference, tools }: Readonly<CallCounts>): void {
      if (inference + tools === 0) return;
      for (let around = aroundPath(path); around !== undefined; around = aroundPath(around)) {
        if (kindOf(around) !== "agent") continue;
        const counts = agents.get(around) ?? { inference: 0, tools: 0 };
        agents.set(around, { inference: counts.inference + inference, tools: counts.tools + tools });
      }
    },
    take(path: NodePath): CallCounts {
      const counts = agents.get(path) ?? { inference: 0, tools: 0 };
      agents.delete(path);
      return counts;
    },
  };
}

function failureIn(end: { readonly type: string; readonly error?: ErrorEnvelope | undefined }): Attributes {
  return end.type.endsWith(".failed") && end.error ? { [errors.type]: end.error.code } : {};
}

type Instruments = ReturnType<typeof instruments>;
type Conventions = typeof METRICS;
type NameOf<Kind> = { [Name in keyof Conventions]: Conventions[Name]["kind"] extends Kind ? Name : never }[keyof Conventions];

/** Instruments, each made when it is first needed. */
function instruments(meter: Meter) {
  const histograms = new Map<string, Histogram>();
  const counters = new Map<string, Counter>();
  return {
    histogram(name: NameOf<"histogram">): Histogram {
      const made = histograms.get(name) ?? histogramOf(meter, METRICS[name]);
      histograms.set(name, made);
      return made;
    },
    counter(name: NameOf<"counter">): Counter {
      const made = counters.get(name) ?? counterOf(meter, METRICS[name]);
      counters.set(name, made);
      return made;
    },
  };
}
