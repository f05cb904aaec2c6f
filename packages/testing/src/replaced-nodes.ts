import { type ComponentDefinition, definitionAt, EVERY_ITERATION, iterationOf, misfit, type NodeContext, type NodeType, walk } from "@dad/agent";
import { nameHint } from "@dad/protocol";
import type { Going } from "./watched-engine.ts";

/** What a replaced node may use: all that a node may, and time. */
export interface TestNodeContext extends NodeContext {
  /**
   * Waits until the attempt is aborted, by its time limit, by a cancellation or because something beside it failed, and throws
   * why. Fake time goes on meanwhile.
   */
  untilAborted(): Promise<never>;
}

/** What a replaced node is told, as its type would be. */
export interface ReplacedWork {
  /** Rendered, and what the schema of the type makes of them. */
  readonly settings: unknown;
  /** What is given for the node as a static input, if something is. */
  readonly input?: unknown;
}

/**
 * What a node does instead of what its type does. It gives what the type gives (that is checked), or throws. It may say of which
 * type the settings and the input are, and is taken at its word: `(context, { settings }: { settings: { argv: string[] } }) => …`.
 */
// As a method, it may take less than it is given.
export type ReplacedNode = { instead(context: TestNodeContext, work: ReplacedWork): unknown }["instead"];

export type ReplacedNodes = Readonly<Record<string, ReplacedNode>>;

/** @throws TypeError for a path at which the definition has no node, and for what is no function. */
export function assertReplacements(root: ComponentDefinition, nodes: ReplacedNodes): void {
  for (const [path, replacement] of Object.entries<unknown>(nodes)) {
    assertNodePath(root, path);
    if (typeof replacement === "function") continue;
    throw new TypeError(`what is in the place of ${JSON.stringify(path)} is ${withArticle(typeof replacement)}, and no function`);
  }
}

/** @throws TypeError with the nearest path, when the definition has no node there. */
export function assertNodePath(root: ComponentDefinition, path: string): void {
  const found = definitionAt(root, path);
  if (found?.kind === "node") return;
  const what = found === undefined ? "is not there" : `is ${withArticle(found.kind)}, and not a node`;
  const nodes = [...walk(root)].filter(({ definition }) => definition.kind === "node").map((node) => node.path);
  throw new TypeError(`${JSON.stringify(path)} ${what} in ${root.kind} "${root.id}"; ${nameHint(path, nodes)}`);
}

function withArticle(name: string): string {
  return `${/^[aeiou]/.test(name) ? "an" : "a"} ${name}`;
}

/** The replacement for a node, if there is one: that of its own path before that of every iteration. */
export function replacementFor(nodes: ReplacedNodes, path: string): ReplacedNode | undefined {
  if (Object.hasOwn(nodes, path)) return nodes[path];
  const steps = path.split(".");
  return Object.entries(nodes).find(([name]) => covers(name.split("."), steps))?.[1];
}

/** Whether a path, in which `iter_*` may stand for each iteration, is one for these steps. */
export function covers(pattern: readonly string[], steps: readonly string[]): boolean {
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
  const problem = misfit(nodeType.output, value);
  if (problem !== undefined) onMisfit(`is replaced by a function that gives what a node of type "${nodeType.type}" does not: ${problem}`);
  return value;
}

function abortOf(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason as Error);
    signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
  });
}
