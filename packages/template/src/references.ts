import type { Position } from "./errors.ts";
import { type Argument, type Chain, type NodeResult, partsOf, type Step, type Variable } from "./expression.ts";
import { positionsIn } from "./position.ts";
import type { Template } from "./template.ts";

/** What a template mentions, and where. */
export interface TemplateReference {
  readonly kind: "variable" | "node";
  /** The name of the variable, or the path of the node. */
  readonly name: string;
  /** The way into its value as far as it is written down: up to the first `?.`, method or key that an expression gives. */
  readonly accessors: readonly (string | number)[];
  /** True before `??`: nothing has to be there. */
  readonly optional: boolean;
  readonly position: Position;
}

/**
 * The variables and nodes that a template mentions, in order, for a check before anything is rendered. Rendering it looks up
 * nothing else.
 */
export function templateReferences(template: Template): readonly TemplateReference[] {
  const position = positionsIn(template.text);
  return template.parts.flatMap((part) => {
    if (typeof part === "string") return [];
    return mentions(part.expression, false).map(({ root: { kind, name, offset }, ...others }) => ({
      kind,
      name,
      ...others,
      position: position(offset),
    }));
  });
}

interface Mention {
  readonly root: Variable | NodeResult;
  readonly accessors: readonly (string | number)[];
  readonly optional: boolean;
}

function mentions(expression: Argument, optional: boolean): readonly Mention[] {
  if (expression.kind === "variable" || expression.kind === "node") return [{ root: expression, accessors: [], optional }];
  if (expression.kind === "chain") return inChain(expression, optional);
  if (expression.kind === "binary" && expression.operator === "??") {
    return [...mentions(expression.left, true), ...mentions(expression.right, optional)];
  }
  return partsOf(expression).flatMap((part) => mentions(part, false));
}

/** What may be missing is what a chain begins with, not what its keys and arguments mention. */
function inChain({ root, steps }: Chain, optional: boolean): readonly Mention[] {
  const [first, ...others] = mentions(root, optional && root.kind !== "binary");
  const begins = first && first.root === root ? [{ ...first, accessors: writtenKeys(steps) }] : first ? [first] : [];
  const inside = steps.flatMap((step) => (step.kind === "access" ? [step.key] : step.arguments));
  return [...begins, ...others, ...inside.flatMap((part) => mentions(part, false))];
}

function writtenKeys(steps: readonly Step[]): readonly (string | number)[] {
  const keys: (string | number)[] = [];
  for (const step of steps) {
    const value = step.kind === "access" && !step.optional && step.key.kind === "literal" ? step.key.value : undefined;
    if (typeof value !== "string" && typeof value !== "number") break;
    keys.push(value);
  }
  return keys;
}
