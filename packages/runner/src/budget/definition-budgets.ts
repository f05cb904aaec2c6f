import { type ComponentDefinition, elementsOf, walk } from "@dad/agent";
import type { BudgetLimits, NodePath } from "@dad/protocol";

/** The budgets that a definition itself has, by the paths of a run. */
export interface DefinitionBudgets {
  /** Those of all components around something, and its own, with their paths. */
  around(path: NodePath): readonly (readonly [path: NodePath, limits: BudgetLimits])[];
  /** What is in the last component of a `try`: it may be done also when the time is up. */
  isCleanup(path: NodePath): boolean;
}

export function definitionBudgets(root: ComponentDefinition): DefinitionBudgets {
  const elementAt = elementsOf(root);
  const limitsAt = (path: string): BudgetLimits | undefined => {
    const element = elementAt(path);
    if (element === undefined) return undefined;
    const { definition, policy } = element;
    return definition.kind === "agent" || definition.kind === "flow" ? definition.budget : policy?.budget;
  };
  const hasAny = [...walk(root)].some(({ path }) => limitsAt(path) !== undefined);
  return {
    around: (path) => (hasAny ? prefixesOf(path).flatMap((at) => [limitsAt(at)].flatMap((limits) => (limits ? [[at, limits] as const] : []))) : []),
    isCleanup: (path) =>
      path.includes(".finally") &&
      prefixesOf(path).some((at) => at.endsWith(".finally") && elementAt(at.slice(0, -".finally".length))?.definition.kind === "try"),
  };
}

/** A component that is called like the run is not the run: what has spent its budget may be handled. */
export function scopeOf(path: NodePath): string {
  return path === "run" || path === "fork" ? `component ${path}` : path;
}

/** A path and those of all that it is in, the outermost first. */
function prefixesOf(path: NodePath): readonly NodePath[] {
  const steps = path.split(".");
  return steps.map((_step, index) => steps.slice(0, index + 1).join(".") as NodePath);
}
