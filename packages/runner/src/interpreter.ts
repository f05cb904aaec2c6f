import type { ComponentDefinition, Element, NodeDefinition, Variables } from "@dad/agent";
import type { EngineContext } from "@dad/engine";
import { isJsonObject, type Json, type NodePath, nodeDirectory, nodePath, type RunEnvParams } from "@dad/protocol";
import { renderValue, type Scope } from "@dad/template";
import { NodeFailedError } from "./errors.ts";
import { childFrame, type Frame, nodeNames, outputOf, variableNames, variableOf } from "./frame.ts";
import type { RecordPlaces } from "./record-places.ts";

/** What the interpreter needs from the run it works in. */
export interface InterpreterHost {
  readonly env: RunEnvParams;
  readonly inputs: ReadonlyMap<string, Json>;
  readonly workspace: string;
  /** Aborted when the run is. */
  readonly signal: AbortSignal;
  readonly report: ComponentReport;
  readonly places: RecordPlaces;
  /** Which attempt of a node is its turn: the one that completed, or the one after the last. */
  attemptOf(path: NodePath): number;
}

/** Where the interpreter says how components stand. Times are the reporter's: the interpreter has no clock. */
export interface ComponentReport {
  started(path: NodePath, component: ComponentDefinition): Promise<unknown>;
  completed(path: NodePath): Promise<unknown>;
  failed(path: NodePath, error: unknown): Promise<unknown>;
  cancelled(path: NodePath): Promise<unknown>;
}

/**
 * Walks a component: its elements in sequence, each node as an attempt that the engine drives. Throws
 * what ended it, after it was reported.
 */
export async function interpret(host: InterpreterHost, engine: EngineContext, component: ComponentDefinition): Promise<Json> {
  return walkComponent({ host, engine }, component, { path: nodePath(undefined, component.id), parent: undefined });
}

interface Walk {
  readonly host: InterpreterHost;
  readonly engine: EngineContext;
}

interface Place {
  readonly path: NodePath;
  readonly parent: Frame | undefined;
}

async function walkComponent(walk: Walk, component: ComponentDefinition, { path, parent }: Place): Promise<Json> {
  const { host } = walk;
  await host.report.started(path, component);
  try {
    const frame = childFrame(parent, path, variablesOf(host, component, path));
    for (const { id, definition, record } of component.elements) {
      const place = { path: nodePath(path, id), parent: frame };
      const output = definition.kind === "node" ? await walkNode(walk, { definition, record }, place) : await walkComponent(walk, definition, place);
      frame.outputs.set(id, output);
    }
    await host.report.completed(path);
    return Object.fromEntries(frame.outputs);
  } catch (error) {
    await (host.signal.aborted ? host.report.cancelled(path) : host.report.failed(path, error));
    throw error;
  }
}

interface NodeElement {
  readonly definition: NodeDefinition;
  readonly record: Element["record"];
}

async function walkNode({ host, engine }: Walk, element: NodeElement, { path, parent }: Place): Promise<Json> {
  host.signal.throwIfAborted();
  const rendered = renderedElement(element, path, { places: host.places, scope: templateScope(host, parent, path) });
  const input = host.inputs.get(path);
  engine.start({ path, attempt: host.attemptOf(path), ...rendered, ...(input === undefined ? {} : { input }) });
  const { outcome } = await engine.next();
  if (outcome.status === "completed") return outcome.value;
  if (outcome.status === "cancelled") throw outcome.error;
  throw new NodeFailedError(path, outcome.error);
}

interface Rendering {
  readonly places: RecordPlaces;
  readonly scope: Scope;
}

function renderedElement(
  { definition, record }: NodeElement,
  path: NodePath,
  { places, scope }: Rendering,
): { readonly settings: Json; readonly record?: Json } {
  try {
    const settings = renderValue(definition.settings, scope);
    return record === undefined ? { settings } : { settings, record: places.take(path, renderValue(record as Json, scope)) };
  } catch (error) {
    throw new NodeFailedError(path, error);
  }
}

/** A component's own variables, with the values that somebody gave for it from outside. */
function variablesOf({ inputs }: InterpreterHost, component: ComponentDefinition, path: NodePath): Variables {
  const given = inputs.get(path);
  return isJsonObject(given) ? { ...component.variables, ...given } : component.variables;
}

function templateScope(host: InterpreterHost, frame: Frame | undefined, path: NodePath): Scope {
  const builtIn: Variables = builtInVariables(host, path);
  return {
    variable: (name) => variableOf(frame, name) ?? (Object.hasOwn(builtIn, name) ? builtIn[name] : undefined),
    variables: () => [...variableNames(frame), ...Object.keys(builtIn)],
    node: (node) => outputOf(frame, node),
    nodes: () => nodeNames(frame),
  };
}

/** The variables that every template has. A component's own of the same name comes first. */
export const BUILT_IN_VARIABLES = ["runId", "runDir", "runRoot", "workspace", "nodePath", "nodeDirectory"] as const;

function builtInVariables({ env, workspace }: InterpreterHost, path: NodePath): Readonly<Record<(typeof BUILT_IN_VARIABLES)[number], string>> {
  const { runId, runDir, runRoot } = env;
  return { runId, runDir, runRoot, workspace, nodePath: path, nodeDirectory: nodeDirectory(path) };
}
