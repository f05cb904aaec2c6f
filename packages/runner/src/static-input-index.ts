import { type ComponentDefinition, definitionAt, EVERY_ITERATION, iterationOf } from "@dad/agent";
import { isJsonObject, type Json, type StaticInputs } from "@dad/protocol";

/** Static inputs, as a walk finds them. Those of one iteration come before those of every iteration. */
export interface StaticInputIndex {
  /** What was given for a node. */
  node(at: InputPlace): Json | undefined;
  /** What was given for the variables of a component. */
  variables(at: InputPlace): Readonly<Record<string, Json>>;
}

export interface InputPlace {
  readonly path: string;
  /** The path with `iter_*` for iterations. */
  readonly pattern: string;
}

/** @param inputs By whole path, in which `iter_*` stands for each iteration of a loop. */
export function staticInputIndex(root: ComponentDefinition, inputs: StaticInputs): StaticInputIndex {
  const byPattern = new Map<string, { readonly path: string; readonly value: Json }[]>();
  for (const [path, value] of Object.entries(inputs)) {
    const pattern = patternOf(root, path);
    byPattern.set(pattern, [...(byPattern.get(pattern) ?? []), { path, value }]);
  }
  for (const given of byPattern.values()) given.sort((left, right) => compareSpeciality(left.path, right.path));

  function given({ path, pattern }: InputPlace): readonly Json[] {
    const candidates = byPattern.get(pattern) ?? [];
    return candidates.filter((candidate) => covers(candidate.path, path)).map(({ value }) => value);
  }

  return {
    node: (at) => given(at).at(-1),
    variables: (at) => Object.assign({}, ...given(at).filter(isJsonObject)) as Record<string, Json>,
  };
}

/** A path with `iter_*` where it goes through a loop. */
function patternOf(root: ComponentDefinition, path: string): string {
  const steps = path.split(".");
  return steps.map((step, at) => (iterationOf(step) !== undefined && isLoop(root, steps.slice(0, at)) ? EVERY_ITERATION : step)).join(".");
}

function isLoop(root: ComponentDefinition, steps: readonly string[]): boolean {
  const kind = definitionAt(root, steps.join("."))?.kind;
  return kind === "for_each" || kind === "map" || kind === "while";
}

/** Whether what was given for a path is for this one. */
function covers(given: string, path: string): boolean {
  const steps = path.split(".");
  return given.split(".").every((step, at) => step === EVERY_ITERATION || step === steps[at]);
}

/** Those that name an iteration come after those that name all, the outermost loop first. */
export function compareSpeciality(left: string, right: string): number {
  const [ours, theirs] = [left.split("."), right.split(".")];
  const at = ours.findIndex((step, index) => (step === EVERY_ITERATION) !== (theirs[index] === EVERY_ITERATION));
  if (at < 0) return 0;
  return ours[at] === EVERY_ITERATION ? -1 : 1;
}
