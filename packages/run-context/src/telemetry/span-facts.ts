import { artifactAttributes, type Attributes, ATTRIBUTES, OPERATIONS, SPANS } from "@dad/observability";
import type { ArtifactEntry, EventOf, IsolationRecord, NodePath, OutcomeRef, RunEnvParams, RunEvent, Usage } from "@dad/protocol";

const { dad, genAi } = ATTRIBUTES;

/** What a span says from its beginning: by that it may be sampled. */
export interface SpanFacts {
  readonly name: string;
  readonly attributes: Attributes;
}

/** An element of a run that holds others. */
export interface ComponentFacts {
  readonly path: NodePath;
  readonly kind: string;
  /** The kind of what it is in. */
  readonly within: string | undefined;
}

const LOOPS: ReadonlySet<string> = new Set(["for_each", "map", "while"]);

/** A branch or an iteration is no element of a component: a block has it. */
export function isBranch({ within }: Pick<ComponentFacts, "within">): boolean {
  return within !== undefined && within !== "agent" && within !== "flow";
}

/** What an agent or a flow is called. One that is a branch or an iteration has no id on record but that of its block. */
export function nameOf({ path, within }: Omit<ComponentFacts, "kind">): string {
  return isBranch({ within }) ? lastStep(aroundPath(path) ?? path) : lastStep(path);
}

export function componentFacts(component: ComponentFacts): SpanFacts {
  const { path, kind, within } = component;
  const attributes = { [dad.nodePath]: path, [dad.componentKind]: kind };
  const name = nameOf(component);
  if (kind === "agent")
    return { name: SPANS.invokeAgent(name), attributes: { [genAi.operationName]: OPERATIONS.invokeAgent, [genAi.agentName]: name, ...attributes } };
  if (isBranch(component))
    return { name: within !== undefined && LOOPS.has(within) ? SPANS.node("iteration", name) : SPANS.node("branch", lastStep(path)), attributes };
  if (kind !== "flow") return { name: SPANS.node(kind, name), attributes };
  return {
    name: SPANS.invokeWorkflow(name),
    attributes: { [genAi.operationName]: OPERATIONS.invokeWorkflow, [genAi.workflowName]: name, ...attributes },
  };
}

export function runFacts({ runId, executionId }: Pick<RunEnvParams, "runId" | "executionId">, rootComponentId: string): SpanFacts {
  return {
    name: SPANS.invokeWorkflow(rootComponentId),
    attributes: {
      [genAi.operationName]: OPERATIONS.invokeWorkflow,
      [genAi.workflowName]: rootComponentId,
      [dad.runId]: runId,
      [dad.executionId]: executionId,
      [dad.runRootComponent]: rootComponentId,
    },
  };
}

/** Why a run failed of which nobody recorded how it ended. */
export const INTERRUPTED = "RUN_INTERRUPTED";

export function runEndAttributes({ type, usage }: RunEnd): Attributes {
  const attributes: Attributes = { [dad.runStatus]: type === "run.parked" ? "waiting" : type.slice("run.".length) };
  addUsageAttributes(attributes, usage);
  return attributes;
}

/** Of an attempt as it begins. */
export type AttemptStart = Pick<EventOf<"node.started">, "path" | "attempt" | "effect"> & { readonly nodeType: string };

export function attemptFacts({ path, attempt, nodeType, effect }: AttemptStart): SpanFacts {
  return {
    name: SPANS.node(nodeType, lastStep(path)),
    attributes: {
      [dad.nodePath]: path,
      [dad.nodeType]: nodeType,
      [dad.nodeAttempt]: attempt,
      ...(effect === undefined ? {} : { [dad.nodeEffect]: effect }),
    },
  };
}

/** How an attempt ended. */
export type AttemptEnd = EventOf<"node.completed" | "node.failed" | "node.cancelled" | "node.parked">;

export function attemptEndOf(fact: RunEvent): AttemptEnd | undefined {
  const { type } = fact;
  return type === "node.completed" || type === "node.failed" || type === "node.cancelled" || type === "node.parked" ? fact : undefined;
}

/** How a component or a block ended. */
export type ComponentEnd = EventOf<"component.completed" | "component.failed" | "component.cancelled" | "component.parked">;

export function componentEndOf(fact: RunEvent): ComponentEnd | undefined {
  const { type } = fact;
  const isEnd = type === "component.completed" || type === "component.failed" || type === "component.cancelled" || type === "component.parked";
  return isEnd ? fact : undefined;
}

/** How the work on a run ended. */
export type RunEnd = EventOf<"run.completed" | "run.failed" | "run.cancelled" | "run.parked">;

export function runEndOf(fact: RunEvent): RunEnd | undefined {
  const { type } = fact;
  return type === "run.completed" || type === "run.failed" || type === "run.cancelled" || type === "run.parked" ? fact : undefined;
}

/** Of a node that was not executed in this run. */
export function nodeTypeOf(end: AttemptEnd): string | undefined {
  return end.type === "node.completed" || end.type === "node.failed" ? end.nodeType : undefined;
}

export function attemptEndAttributes(end: AttemptEnd): Attributes {
  const attributes: Attributes = { [dad.nodeStatus]: statusOf(end), [dad.nodeDecision]: decisionOf(end) };
  for (const entry of end.artifacts) if (REFERRED.has(entry.name)) addReference(attributes, entry);
  // What was given from another run used it there.
  if (end.usage && decisionOf(end) !== "reused") addUsageAttributes(attributes, end.usage);
  if (end.type === "node.parked") attributes[dad.inputId] = [...end.requests];
  if (end.type !== "node.cancelled" && end.outcome) Object.assign(attributes, outcomeAttributes(end.outcome));
  return attributes;
}

export function statusOf({ type }: Pick<AttemptEnd, "type">): string {
  return type === "node.parked" ? "waiting" : type.slice("node.".length);
}

export function decisionOf(end: AttemptEnd): string {
  if (end.type === "node.completed") return end.decision;
  return end.type === "node.failed" && end.origin ? "reused" : "executed";
}

/** What a node was told and gave: all else is named where it is recorded. */
const REFERRED: ReadonlySet<string> = new Set(["input", "outcome"]);

/** Contents are where these say. */
function addReference(attributes: Attributes, { name, path, digest }: ArtifactEntry): void {
  const { uri, digest: named } = artifactAttributes(name);
  attributes[uri] = path;
  attributes[named] = digest;
}

export function outcomeAttributes({ commit, branch }: OutcomeRef): Attributes {
  return { [dad.outcomeCommit]: commit, [dad.outcomeBranch]: branch };
}

/** The space in which commands run, as it is or as it is on record. */
export function isolationAttributes(space: Pick<IsolationRecord, "adapter"> & Partial<Pick<IsolationRecord, "preset">> & Guarded): Attributes {
  const { adapter, preset, guards, degraded = [] } = space;
  const had = Object.entries(guards).filter(([, strength]) => strength !== "none");
  return {
    [dad.isolationAdapter]: adapter,
    [dad.isolationPreset]: preset,
    [dad.isolationGuards]: had.map(([guard, strength]) => `${guard}=${strength}`),
    ...(degraded.length > 0 ? { [dad.isolationDegraded]: [...degraded] } : {}),
  };
}

function addUsageAttributes(attributes: Attributes, { inputTokens, outputTokens, costUsd, recorded }: Usage): void {
  attributes[genAi.usageInputTokens] = inputTokens;
  attributes[genAi.usageOutputTokens] = outputTokens;
  if (costUsd !== null) attributes[dad.costUsd] = costUsd;
  if (!recorded) return;
  attributes[dad.usageRecordedCalls] = recorded.calls;
  attributes[dad.usageRecordedInputTokens] = recorded.inputTokens;
  attributes[dad.usageRecordedOutputTokens] = recorded.outputTokens;
}

interface Guarded {
  readonly guards: Readonly<Partial<Record<string, string>>>;
  readonly degraded?: readonly string[] | undefined;
}

/** The path of what an element is in. */
export function aroundPath(path: NodePath): NodePath | undefined {
  const end = path.lastIndexOf(".");
  return end < 0 ? undefined : (path.slice(0, end) as NodePath);
}

function lastStep(path: NodePath): string {
  return path.slice(path.lastIndexOf(".") + 1);
}
