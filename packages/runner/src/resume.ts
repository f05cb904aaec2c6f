import { type ComponentDefinition, definitionAt, definitionDigest, type NodeDefinition } from "@dad/agent";
import type { NodePath } from "@dad/protocol";
import type { NodeHistory, RunHistory } from "@dad/run-context";
import type { Assumption, Assumptions } from "./assumption.ts";
import { AssumptionError, DefinitionChangedError, NodeOutcomeUnknownError, problemsOf } from "./errors.ts";
import { standing } from "./turn.ts";

export interface ResumeOptions {
  /** By node path. Needed for each node that {@link openQuestions} gives. */
  readonly assume?: Assumptions;
  /** Goes on although the definition is not the one that the run was begun with. Default `false`. */
  readonly allowChanged?: boolean;
}

/**
 * The nodes of a definition of which nobody knows whether they did their work: they were being executed when the run was
 * interrupted or cancelled, and doing it twice matters (`effectful`). Of each, somebody has to say. All other nodes that had
 * not completed are executed again; also those that failed: they said that they did not do it.
 */
export function openQuestions(definition: ComponentDefinition, history: RunHistory): readonly NodePath[] {
  return unknownNodes(definition, history).flatMap(({ path }) => (definitionAt(definition, path)?.kind === "node" ? [path] : []));
}

/**
 * What was cancelled where a failure was caught is not executed again, so that nobody need know; and one that says of itself that it was
 * doing nothing goes on from its steps, unless it is another one now.
 */
function unknownNodes(definition: ComponentDefinition, history: RunHistory): readonly NodeHistory[] {
  const isSame = history.definition === definitionDigest(definition);
  const { stands } = standing(definition, history);
  // One that waited when the run was killed or cancelled has done nothing else.
  const waiting = new Set([...history.requests.values()].flatMap(({ state, path }) => (state === "open" ? [path] : [])));
  return [...history.nodes.values()].filter((node) => {
    const { state, effect, path } = node;
    const isUnknown = (state === "started" || state === "cancelled") && effect === "effectful" && !stands(node) && !waiting.has(path);
    return isUnknown && !(isSame && isSure(definition, history, path));
  });
}

function isSure(definition: ComponentDefinition, { steps }: RunHistory, path: NodePath): boolean {
  const found = definitionAt(definition, path);
  return found?.kind === "node" && !found.nodeType.unsure(new Set(steps.get(path)?.keys()));
}

/**
 * Whether a run can go on with a definition. Does nothing for a run that is not resumed.
 *
 * @throws DefinitionChangedError (`DEFINITION_CHANGED`), NodeOutcomeUnknownError (`NODE_OUTCOME_UNKNOWN`) that lists all such
 * nodes, AssumptionError (`ASSUMPTION_INVALID`).
 */
export function checkResume(definition: ComponentDefinition, history: RunHistory, { assume = {}, allowChanged = false }: ResumeOptions = {}): void {
  const begun = history.definition;
  const digest = definitionDigest(definition);
  if (begun !== undefined && begun !== digest && !allowChanged) throw new DefinitionChangedError(definition.id, { begun, found: digest });
  const unknown = unknownNodes(definition, history);
  for (const [path, assumption] of Object.entries(assume)) {
    const found = definitionAt(definition, path);
    checkAssumption(path, assumption, { unknown, node: found?.kind === "node" ? found : undefined });
  }
  const open = openQuestions(definition, history).filter((path) => !Object.hasOwn(assume, path));
  if (open.length > 0) throw new NodeOutcomeUnknownError(open);
}

interface Assumed {
  readonly unknown: readonly NodeHistory[];
  readonly node: NodeDefinition | undefined;
}

function checkAssumption(path: string, assumption: Assumption, { unknown, node }: Assumed): void {
  if (node === undefined || !unknown.some((candidate) => candidate.path === path)) {
    const others = unknown.filter((other) => other.path !== path).map((other) => other.path);
    const reason = node === undefined ? "this definition has no such node" : "it is known how it ended";
    throw new AssumptionError(path, others.length === 0 ? reason : `${reason}. What is not known is whether ${others.join(", ")} did`);
  }
  if (!assumption.done) return;
  const parsed = node.nodeType.output.safeParse(assumption.value);
  if (!parsed.success) throw new AssumptionError(path, `what it is assumed to have given does not fit its type: ${problemsOf(parsed.error)}`);
}
