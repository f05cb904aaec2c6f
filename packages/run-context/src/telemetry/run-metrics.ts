import { type Attributes, ATTRIBUTES, type Counter, counterOf, type Histogram, histogramOf, type Meter, METRICS } from "@dad/observability";
import type { NodePath, RunEvent } from "@dad/protocol";
import type { CallCounts } from "./attempt-telemetry.ts";
import type { ToldOfAttempts } from "./going-attempts.ts";
import {
  aroundPath,
  type AttemptEnd,
  attemptEndOf,
  type ComponentEnd,
  componentEndOf,
  decisionOf,
  isBranch,
  nameOf,
  nodeTypeOf,
  statusOf,
} from "./span-facts.ts";

const { dad, error: errors, genAi } = ATTRIBUTES;

/** What is measured of a run. What models use is measured where they are asked. */
export interface RunMetrics {
  tells(fact: RunEvent, told: ToldOfAttempts): void;
  /** A command has ended. */
  command(program: string, ended: { readonly durationMs: number; readonly errorType: string | undefined }): void;
}

export interface RunMetricsOptions {
  readonly meter: Meter;
  /** What a component is, as far as that is on record. */
  readonly kindOf: (path: NodePath) => string | undefined;
  /** The root component of a run that goes on. */
  readonly rootComponentId: string | undefined;
}

export function runMetrics({ meter, kindOf, rootComponentId }: RunMetricsOptions): RunMetrics {
  const { histogram, counter } = instruments(meter);
  const calls = callsOfAgents(kindOf);
  let name = rootComponentId ?? "";
  const since = performance.now();

  function attempt(end: AttemptEnd, { ended }: ToldOfAttempts): void {
    const nodeType = ended?.nodeType ?? nodeTypeOf(end);
    const type = nodeType === undefined ? {} : { [dad.nodeType]: nodeType };
    const decision = decisionOf(end);
    if (ended?.tracked) calls.add(end.path, ended.tracked.calls);
    if (decision === "reused") return counter("nodesReused").add(1, type);
    const how = { [dad.nodeStatus]: statusOf(end), [dad.nodeDecision]: decision };
    histogram("nodeDuration").record(end.durationMs / 1000, { ...type, ...how, ...(end.type === "node.failed" ? errorType(end.error.code) : {}) });
  }

  function component(end: ComponentEnd): void {
    const { path, durationMs } = end;
    const [kind, around] = [kindOf(path), aroundPath(path)];
    const within = around === undefined ? undefined : kindOf(around);
    // One that is parked goes on, and the root flow is the run.
    if (end.type === "component.parked" || (kind === "flow" && (around === undefined || isBranch({ within })))) return;
    const failed = end.type === "component.failed" ? errorType(end.error.code) : {};
    const name = nameOf({ path, within });
    if (kind === "flow") histogram("workflowDuration").record(durationMs / 1000, { [genAi.workflowName]: name, ...failed });
    if (kind !== "agent") return;
    const own = { [genAi.agentName]: name };
    const { inference, tools } = calls.take(path);
    histogram("agentDuration").record(durationMs / 1000, { ...own, ...failed });
    histogram("agentInferenceCalls").record(inference, own);
    histogram("agentToolCalls").record(tools, own);
  }

  function run(fact: RunEvent): void {
    if (fact.type === "run.started") name = fact.rootComponentId;
    else if (fact.type === "run.completed" || fact.type === "run.failed" || fact.type === "run.cancelled") {
      const failed = fact.type === "run.failed" ? errorType(fact.error.code) : {};
      histogram("workflowDuration").record((performance.now() - since) / 1000, { [genAi.workflowName]: name, ...failed });
    }
  }

  return {
    tells(fact, told) {
      const [attemptEnd, componentEnd] = [attemptEndOf(fact), componentEndOf(fact)];
      if (told.waitedMs !== undefined) histogram("inputWait").record(told.waitedMs / 1000, {});
      if (attemptEnd) attempt(attemptEnd, told);
      else if (componentEnd) component(componentEnd);
      else if (fact.type !== "node.started") run(fact);
      else if (fact.attempt > 1) counter("nodeRetries").add(1, { [dad.nodeType]: fact.nodeType });
    },
    command: (program, { durationMs, errorType: type }) =>
      histogram("toolDuration").record(durationMs / 1000, { [genAi.toolName]: program, ...errorType(type) }),
  };
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

function errorType(code: string | undefined): Attributes {
  return code === undefined ? {} : { [errors.type]: code };
}

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
