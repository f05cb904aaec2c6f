import { type ComponentDefinition, definitionAt, EVERY_ITERATION, iterationOf, type NodeContext, type NodeType, walk } from "@dad/agent";
import { messageOf, nameHint } from "@dad/protocol";
import type { Going } from "./watched-engine.ts";

/** What a replaced node may use: all that a node may, and time. */
export interface TestNodeContext extends NodeContext {
  /**
   * Waits until the attempt is aborted, by its time limit, by a cancellation or because something beside it failed, and throws
   * why. Fake time goes on meanwhile.
   */
  untilAborted(): Promise<never>;
}

/** What a node does instead of what its type does. It gives what the type gives (that is checked), or throws. */
export type ReplacedNode = (context: TestNodeContext, work: { readonly settings: unknown; readonly input: unknown }) => unknown;

export type ReplacedNodes = Readonly<Record<string, ReplacedNode>>;

/** @throws TypeError with the nearest path, when the definition has no node there. */
export function assertNodePath(root: ComponentDefinition, path: string): void {
  const found = definitionAt(root, path);
  if (found?.kind === "node") return;
  const what = found === undefined ? "is not there" : `is ${/^[aeiou]/.test(found.kind) ? "an" : "a"} ${found.kind}, and not a node`;
  const nodes = [...walk(root)].filter(({ definition }) => definition.kind === "node").map((node) => node.path);
  throw new TypeError(`${JSON.stringify(path)} ${what} in ${root.kind} "${root.id}"; ${nameHint(path, nodes)}`);
}

/** The replacement for a node, if there is one: that of its own path before that of every iteration. */
export function replacementFor(nodes: ReplacedNodes, path: string): ReplacedNode | undefined {
  if (Object.hasOwn(nodes, path)) return nodes[path];
  const steps = path.split(".");
  return Object.entries(nodes).find(([name]) => covers(name.split("."), steps))?.[1];
}

function covers(pattern: readonly string[], steps: readonly string[]): boolean {
  return pattern.length === steps.length && pattern.every((step, at) => step === steps[at] || isAnyOf(step, steps[at] ?? ""));
}

function isAnyOf(step: string, iteration: string): boolean {
  return step === EVERY_ITERATION && iterationOf(iteration) !== undefined;
}

export interface Replacing {
  readonly nodeType: NodeType;
  readonly going: Going;
  /** The replacement gives what the node could not give. */
  onMisfit(problem: string): void;
}

/** Executes a replacement as its node. */
export async function executeReplacement(
  replacement: ReplacedNode,
  { context, settings, input }: { readonly context: NodeContext; readonly settings: unknown; readonly input: unknown },
  { nodeType, going, onMisfit }: Replacing,
): Promise<unknown> {
  const untilAborted = () => going.waitFor(abortOf(context.signal));
  const value = await replacement({ ...context, untilAborted }, { settings, input });
  const { error } = nodeType.output.safeParse(value);
  if (error) onMisfit(`is replaced by a function that gives what a node of type "${nodeType.type}" does not: ${messageOf(error)}`);
  return value;
}

function abortOf(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason as Error);
    signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
  });
}
