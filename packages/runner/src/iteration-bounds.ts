import { type ComponentDefinition, type Definition, definitionAt, iterationOf } from "@dad/agent";

/** Why a path names an iteration that its loop cannot have, as far as the definition says it; or `undefined`. */
export function iterationProblem(root: ComponentDefinition, path: string): string | undefined {
  const steps = path.split(".");
  for (const [at, step] of steps.entries()) {
    const index = iterationOf(step);
    const loop = steps.slice(0, at).join(".");
    const bounds = index === undefined ? undefined : boundsOf(definitionAt(root, loop));
    if (index === undefined || bounds === undefined || (index >= bounds.first && index < bounds.end)) continue;
    const which = bounds.end <= bounds.first ? "no iteration" : `iter_${bounds.first} to iter_${bounds.end - 1} at most`;
    return `the loop ${loop} has ${which}, and no ${step}`;
  }
  return undefined;
}

interface Bounds {
  readonly first: number;
  /** The first that cannot be. */
  readonly end: number;
}

function boundsOf(loop: Definition | undefined): Bounds | undefined {
  if (loop?.kind === "while") return { first: 0, end: loop.max };
  if (loop?.kind !== "for_each" && loop?.kind !== "map") return undefined;
  const first = typeof loop.start === "number" ? loop.start : 0;
  const items = Array.isArray(loop.items) ? loop.items.length : Number.POSITIVE_INFINITY;
  // Where it begins is not known: it may be anywhere in the list.
  const end = typeof loop.start === "number" ? Math.min(items, first + (loop.max ?? Number.POSITIVE_INFINITY)) : items;
  return { first, end };
}
