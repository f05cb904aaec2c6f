import { type ComponentDefinition, definitionAt, definitionDigest, type NodeDefinition } from "@dad/agent";
import type { NodePath } from "@dad/protocol";
import type { NodeHistory, RunHistory } from "@dad/run-context";
import type { Redactor } from "@dad/secrets";
import type { Assumption, Assumptions } from "./assumption.ts";
import { AssumptionError, DefinitionChangedError, NodeOutcomeUnknownError, problemsOf } from "./errors.ts";
import { standing } from "./turn.ts";

export interface ResumeOptions {
  /** By node path. Needed for each node that {@link openQuestions} gives. */
  readonly assume?: Assumptions;
  /** Goes on although the definition is not the one that the run was begun with. Default `false`. */
  readonly allowChanged?: boolean;
  /** Knows the secrets that the run is free of: another one in the definition does not change that. */
  readonly redactor?: Pick<Redactor, "json"> | undefined;
}

/**
 * The nodes of a definition of which nobody knows whether they did their work: they were being executed when the run was
 * interrupted or cancelled, and doing it twice matters (`effectful`). Of each, somebody has to say. All other nodes that had
 * not completed are executed again; also those that failed: they said that they did not do it.
 */
export function openQuestions(
  definition: ComponentDefinition,
  history: RunHistory,
  { redactor }: Pick<ResumeOptions, "redactor"> = {},
): readonly NodePath[] {
  return unknownNodes(definition, history, redactor).flatMap(({ path }) => (definitionAt(definition, path)?.kind === "node" ? [path] : []));
}

/**
 * What was cancelled where a failure was caught is not executed again, so that nobody need know; and one that says of itself that it was
 * doing nothing goes on from its steps, unless it is another one now.
 */
function unknownNodes(definition: ComponentDefinition, history: RunHistory, redactor: ResumeOptions["redactor"]): readonly NodeHistory[] {
  const isSame = isBegunWith(definition, history, redactor);
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

/** Also where a secret is known by now that was none when the run was begun. */
function isBegunWith(definition: ComponentDefinition, { definition: begun }: RunHistory, redactor: ResumeOptions["redactor"]): boolean {
  return begun === definitionDigest(definition, redactor) || begun === definitionDigest(definition);
}

/**
 * Whether a run can go on with a definition. Does nothing for a run that is not resumed.
 *
 * @throws DefinitionChangedError (`DEFINITION_CHANGED`), NodeOutcomeUnknownError (`NODE_OUTCOME_UNKNOWN`) that lists all such
 * nodes, AssumptionError (`ASSUMPTION_INVALID`).
 */
export function checkResume(definition: ComponentDefinition, history: RunHistory, options: ResumeOptions = {}): void {
  const { assume = {}, allowChanged = false, redactor } = options;
  const begun = history.definition;
  if (begun !== undefined && !allowChanged && !isBegunWith(definition, history, redactor))
    throw new DefinitionChangedError(definition.id, { begun, found: definitionDigest(definition, redactor) });
  const unknown = unknownNodes(definition, history, redactor);
  for (const [path, assumption] of Object.entries(assume)) {
    const found = definitionAt(definition, path);
    checkAssumption(path, assumption, { unknown, node: found?.kind === "node" ? found : undefined });
  }
  const open = openQuestions(definition, history, { redactor }).filter((path) => !Object.hasOwn(assume, path));
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
