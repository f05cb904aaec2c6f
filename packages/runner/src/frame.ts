import { iterationOf } from "@dad/agent";
import { isJsonObject, type Json, type NodePath } from "@dad/protocol";
import { UNKNOWN } from "./unknown.ts";

/** What the templates at some place see: variables, what elements gave so far, and all of that of the frames around it. */
export interface Frame {
  readonly path: NodePath;
  readonly variables: Readonly<Record<string, Json>>;
  /** By element id. A component's is an object of its own elements' outputs, a loop's a list of its iterations'. */
  readonly outputs: ReadonlyMap<string, Json>;
  readonly parent: Frame | undefined;
  /** By variable: the elements whose outputs its value was made of. */
  readonly sources?: Readonly<Record<string, Iterable<NodePath>>>;
  /** The elements by whose outputs a block decided that what sees this frame is executed, or how often. */
  readonly decidedBy?: Iterable<NodePath>;
}

/** The lists of loops that did not begin at their first item, with where they began. */
export type LoopStarts = WeakMap<object, number>;

/** The nearest frame that has a variable. */
export function frameOfVariable(frame: Frame | undefined, name: string): Frame | undefined {
  for (let at = frame; at; at = at.parent) if (Object.hasOwn(at.variables, name)) return at;
  return undefined;
}

/** All that decided that what sees a frame is executed. */
export function decidersOf(frame: Frame | undefined): ReadonlySet<NodePath> {
  const deciders = new Set<NodePath>();
  for (let at = frame; at; at = at.parent) for (const path of at.decidedBy ?? []) deciders.add(path);
  return deciders;
}

/** What an element gave, and where that is. */
export interface FoundOutput {
  readonly value: Json;
  readonly path: string;
}

/**
 * What an element gave. Its name is looked up from the frame outwards (`plan`, then `fix.plan` for one inside a nested flow,
 * `each.iter_2.say` for one in a loop), or is its whole path (`coder.fix.plan`).
 */
export function outputOf(frame: Frame | undefined, name: string, starts: LoopStarts): FoundOutput | undefined {
  const steps = name.split(".");
  const [first = ""] = steps;
  // The nearest frame with an element of the first step decides: what it lacks is not looked for further out.
  let near = frame;
  while (near && !near.outputs.has(first)) near = near.parent;
  const relative = near && within(near, steps, starts);
  // `null` is something: what a node gave that failed, and was allowed to.
  if (near && relative !== undefined) return { value: relative, path: `${near.path}.${name}` };
  for (let at = frame; at; at = at.parent) {
    const whole = name.startsWith(`${at.path}.`) ? within(at, name.slice(at.path.length + 1).split("."), starts) : undefined;
    if (whole !== undefined) return { value: whole, path: name };
  }
  return undefined;
}

function within({ outputs }: Frame, [first = "", ...rest]: readonly string[], starts: LoopStarts): Json | undefined {
  return rest.reduce<Json | undefined>((at, step) => member(at, step, starts), outputs.get(first));
}

function member(value: Json | undefined, step: string, starts: LoopStarts): Json | undefined {
  if (value === UNKNOWN) return UNKNOWN;
  if (Array.isArray(value)) {
    const index = iterationOf(step);
    return index === undefined ? undefined : (value as readonly Json[])[index - (starts.get(value) ?? 0)];
  }
  return isJsonObject(value) && Object.hasOwn(value, step) ? value[step] : undefined;
}

/** Every name that would find something, for suggestions. */
export function variableNames(frame: Frame | undefined): string[] {
  const names = new Set<string>();
  for (let at = frame; at; at = at.parent) for (const name of Object.keys(at.variables)) names.add(name);
  return [...names].sort();
}

export function nodeNames(frame: Frame | undefined): string[] {
  const names = new Set<string>();
  for (let at = frame; at; at = at.parent) for (const id of at.outputs.keys()) names.add(id);
  return [...names].sort();
}
